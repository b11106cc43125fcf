"""Files and folders that a person names → the files to read."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.files import safe_name
from rag.records import Source
from rag.settings import LARGEST_FILE_BYTES

# A file may change twice within one tick of its clock (2 s on FAT), with the same size: a time as
# recent as that proves nothing, and is not kept.
UNSETTLED_NS = 2_000_000_000

# What is hidden, and what office programs, editors and browsers write until a file is whole.
_PASSED_BY = re.compile(r"\..*|~\$.*|#.*#|.*(~|\.(tmp|part|crdownload|sw[a-z]))", re.I | re.S)


@dataclass(slots=True)
class Found:
    """What a walk met: files in order, and folders that could not be listed, with the reason."""

    files: list[Path] = field(default_factory=list)
    unlisted: dict[Path, str] = field(default_factory=dict)


def find_files(folder: Path, leave_out: Path) -> Found:
    """Lists the files below a folder, sorted; follows links, but into no folder twice.

    Args:
        folder: an absolute path.
        leave_out: a folder that is passed by: the library's own.

    What ``is_passed_by``, and what is no regular file, is not listed either.
    """
    found = Found()
    _walk(folder, found, {leave_out.resolve()})
    return found


def is_passed_by(name: str) -> bool:
    """Whether a file or folder is hidden, or temporary, by its name."""
    return _PASSED_BY.fullmatch(name) is not None


def _walk(folder: Path, found: Found, visited: set[Path]) -> None:
    here = folder.resolve()
    if here in visited:
        return
    visited.add(here)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        found.unlisted[folder] = error.strerror or "unknown reason"
        return
    for entry in entries:
        if is_passed_by(entry.name):
            continue
        if entry.is_dir():
            _walk(Path(entry.path), found, visited)
        elif entry.is_file():
            found.files.append(Path(entry.path))


def describe_file(path: Path) -> Source:
    """Gives a file as a source, unread; ``modified_ns`` is 0 where it is too recent to trust.

    Raises:
        UnreadableDocument: there is no such file, or it is none, or it is too large.
    """
    name = safe_name(path.name)
    try:
        path_text = str(path)
        path_text.encode()
        facts = path.stat()
    except UnicodeEncodeError:
        raise UnreadableDocument(
            f'The name of "{name}" is no valid Unicode; rename the file and add it again.'
        ) from None
    except OSError as error:
        raise UnreadableDocument(
            f'"{name}" cannot be opened ({_reason(error)}); check that it is a file that you may '
            "read."
        ) from error
    if not stat.S_ISREG(facts.st_mode):
        raise UnreadableDocument(f'"{name}" is no file; name a file or a folder.')
    if facts.st_size > LARGEST_FILE_BYTES:
        raise too_large(name)
    settled = facts.st_mtime_ns < time.time_ns() - UNSETTLED_NS
    return Source(name, "file", path_text, facts.st_size, facts.st_mtime_ns if settled else 0)


def too_large(name: str) -> UnreadableDocument:
    """Gives the error for a file that is larger than any may be."""
    return UnreadableDocument(
        f'"{name}" is larger than {LARGEST_FILE_BYTES // 1024**2} MB; split it and add the parts.'
    )


def read_file(path: Path) -> bytes:
    """Gives a file's bytes; raises UnreadableDocument."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(
            f'"{safe_name(path.name)}" cannot be opened ({_reason(error)}); check that it is a '
            "file that you may read."
        ) from error


def absolute(path: Path) -> Path:
    """Gives the path from the root, without ``..``, links left as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow the links


def iterate_files(paths: Sequence[Path], leave_out: Path) -> Iterator[Path | tuple[Path, str]]:
    """Gives the files that are named and those below folders that are named.

    A folder that cannot be listed comes as a pair with the reason.
    """
    for path in map(absolute, paths):
        if not path.is_dir():
            yield path
            continue
        found = find_files(path, leave_out)
        yield from found.files
        yield from found.unlisted.items()


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
