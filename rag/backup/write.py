"""Library and conversations → one zip file with a manifest."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rag import __version__
from rag.backup.databases import copy_database, count_conversations, read_schema_number
from rag.backup.manifest import (
    HISTORY,
    INCOMING,
    LIBRARY,
    MANIFEST,
    ORIGINALS,
    Manifest,
    Member,
    write_manifest,
)
from rag.errors import LibraryBusy, LibraryError
from rag.files import TEMPORARY_PREFIX, disk_error, write_durably
from rag.history import History
from rag.store import SQLiteStore

TRIES = 3  # while files come and go faster than they are copied
BLOCK_BYTES = 1 << 20


def write_backup(index: Path, target: Path, overwrite: bool = False) -> Manifest:
    """Writes the library and the conversations in a folder, as they are at one moment.

    Nobody has to wait meanwhile. What has been removed is not in it, though it could be put back.

    Raises:
        LibraryError: there is no library, or there is such a file already.
        LibraryBusy, LibraryFull, LibraryBroken: nothing is written then.
    """
    if not (index / LIBRARY).exists():
        raise LibraryError(f"There is no library in {index} to back up: check --index.")
    if target.exists() and not overwrite:
        raise LibraryError(
            f"{target} exists already: choose another name, or replace it with --force."
        )
    manifests: list[Manifest] = []

    def write(temporary: Path) -> str:
        manifests.append(_write_in_tries(index, temporary))
        return target.name

    write_durably(target.absolute().parent, write)
    return manifests[-1]


def _write_in_tries(index: Path, zip_path: Path) -> Manifest:
    for attempt in range(TRIES):
        try:
            return _write(index, zip_path, may_miss=attempt == TRIES - 1)
        except FileNotFoundError:
            continue  # a file went that the database, as it was copied, still speaks of
    raise LibraryBusy("The library changes too fast to be backed up; try again in a moment.")


def _write(index: Path, zip_path: Path, may_miss: bool) -> Manifest:
    """``may_miss``: an original that is not there even now has been missing from the library."""
    with (
        tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=zip_path.parent) as folder,
        zipfile.ZipFile(zip_path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as backup,
    ):
        library, history = Path(folder) / LIBRARY, Path(folder) / HISTORY
        copy_database(index / LIBRARY, library)
        # What waits to be read is soon gone: it is copied first.
        files = dict(_copy_all(backup, index, INCOMING, _list(index / INCOMING)))
        if (index / HISTORY).exists():
            copy_database(index / HISTORY, history)
        History.open(history).close()
        documents, uploaded = _leave_out_removed(library)
        kept = [path for path in _list(index / ORIGINALS) if path.name[:64] in uploaded]
        if not may_miss and len(kept) < len(uploaded):
            raise FileNotFoundError("an original")
        files |= _copy_all(backup, index, ORIGINALS, kept)
        for name, path in ((LIBRARY, library), (HISTORY, history)):
            files[name] = _copy(backup, name, path)
        manifest = Manifest(
            footnote=__version__,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            documents=documents,
            conversations=count_conversations(history),
            schemas={path.name: read_schema_number(path) for path in (library, history)},
            files=files,
        )
        backup.writestr(MANIFEST, write_manifest(manifest))
    return manifest


def _leave_out_removed(library: Path) -> tuple[int, set[str]]:
    """Gives how many documents there are, and the hashes of those whose files are kept."""
    store = SQLiteStore(library)
    try:
        removed = store.unerased()
        store.drop_kept(removed)
        store.confirm_erased(removed)
        store.erase_traces()
        return store.counts().documents, store.uploaded()
    finally:
        store.close()


def _list(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if not p.name.startswith(TEMPORARY_PREFIX))


def _copy_all(
    backup: zipfile.ZipFile, index: Path, folder: str, paths: list[Path]
) -> Iterator[tuple[str, Member]]:
    for path in paths:
        name = f"{folder}/{path.name}"
        yield name, _copy(backup, name, index / name)


def _copy(backup: zipfile.ZipFile, name: str, path: Path) -> Member:
    digest, length = hashlib.sha256(), 0
    try:
        with path.open("rb") as file, backup.open(name, "w", force_zip64=True) as member:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                length += len(block)
                member.write(block)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise disk_error(error, path.parent) from error
    return Member(length, digest.hexdigest())
