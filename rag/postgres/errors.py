"""What PostgreSQL says, as the library's sentences; none of them holds a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from rag.errors import LibraryBroken, LibraryBusy, LibraryError, LibraryFull

# SQLSTATE classes and codes, see the appendix "PostgreSQL Error Codes" of its manual.
_FULL = ("53100",)
_BUSY = ("55P03", "40001", "40P01", "57014", "53300")
_READ_ONLY = "25006"
_REFUSED = ("28", "42501", "3D000")
_DAMAGED = ("XX001", "XX002")
_UNREACHABLE = ("08", "57P01", "57P02", "57P03")


@contextmanager
def told(place: str) -> Iterator[None]:
    """Turns errors of the database at a place into the library's."""
    try:
        yield
    except psycopg.Error as error:
        reason = _explain(error, place)
        if reason is None:
            raise
        raise reason from error


def _explain(error: psycopg.Error, place: str) -> LibraryError | None:
    state = error.sqlstate or ""
    said = (str(error).strip().splitlines() or [""])[0]
    if state in _FULL:
        return LibraryFull(
            f"The disk of the database at {place} has no room left: free some space there and try "
            "again; everything that was reported as added is kept."
        )
    if state in _BUSY:
        return LibraryBusy(f"The database at {place} is busy ({said}); try again in a moment.")
    if state == _READ_ONLY:
        return LibraryBroken(
            f"The database at {place} is a replica, which can only be read: name the primary in "
            "RAG_LIBRARY."
        )
    if state.startswith(_REFUSED):
        return LibraryBroken(
            f"The database at {place} refuses this ({said}): mend its user's rights or RAG_LIBRARY."
        )
    if state in _DAMAGED:
        return LibraryBroken(
            f"The database at {place} is damaged ({said}): put back a backup of it."
        )
    if state.startswith(_UNREACHABLE) or (not state and isinstance(error, _LOST)):
        return LibraryBroken(
            f"The database at {place} cannot be reached: see that it runs and that RAG_LIBRARY "
            "is right, then try again."
        )
    return None


_LOST = (psycopg.OperationalError, psycopg.InterfaceError)
