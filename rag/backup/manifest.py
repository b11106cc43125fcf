"""What a backup holds: a list of files with their lengths and hashes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rag.errors import LibraryError

MANIFEST = "manifest.json"
LIBRARY = "library.sqlite"
HISTORY = "history.sqlite"
ORIGINALS = "originals"
INCOMING = "incoming"

FORMAT = 1
LONGEST_MANIFEST = 64 * 1024 * 1024  # bytes; some 300,000 files

_MEMBER = re.compile(
    rf"{re.escape(LIBRARY)}|{re.escape(HISTORY)}"
    rf"|{ORIGINALS}/[0-9a-f]{{64}}(?:\.[A-Za-z0-9]{{1,8}})?"
    rf"|{INCOMING}/[A-Za-z0-9_-][A-Za-z0-9._-]{{0,99}}"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        footnote: the version that wrote it.
        made: when, ISO 8601 in UTC.
        schemas: of each database.
        files: by their names in the backup.
    """

    footnote: str
    made: str
    documents: int
    conversations: int
    schemas: Mapping[str, int]
    files: Mapping[str, Member]
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        return sum(member.bytes for member in self.files.values())


def write_manifest(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """Reads a manifest that may have been written by anybody.

    Raises:
        LibraryError: it is none, or one that this Footnote does not know.
    """
    try:
        manifest = _make(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LibraryError(
            "This is no backup of Footnote, or a damaged one: choose another file."
        ) from error
    if manifest.format != FORMAT:
        raise LibraryError(
            "A newer Footnote made this backup: update Footnote, then restore it again."
        )
    return manifest


def _make(data: Any) -> Manifest:
    files = {name: Member(**fields) for name, fields in data.pop("files").items()}
    manifest = Manifest(**data, files=files)
    numbers = [manifest.documents, manifest.conversations, *manifest.schemas.values()]
    numbers += [member.bytes for member in files.values()]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("a number is none")
    if not all(isinstance(text, str) for text in (manifest.footnote, manifest.made)):
        raise ValueError("a text is none")
    if not {LIBRARY, HISTORY} <= files.keys() or {LIBRARY, HISTORY} != manifest.schemas.keys():
        raise ValueError("a database is missing")
    for name, member in files.items():
        if not _MEMBER.fullmatch(name) or not _SHA256.fullmatch(member.sha256):
            raise ValueError("a name or a hash is none")
        if name.startswith(ORIGINALS) and name.split("/")[1][:64] != member.sha256:
            raise ValueError("an original is not what its name says")
    return manifest
