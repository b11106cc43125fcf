"""Files that are wholly there or not at all, and names that are safe to keep and to show."""

from __future__ import annotations

import errno
import os
import re
import shutil
import threading
import unicodedata
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rag.errors import LibraryBroken, LibraryError, LibraryFull

TEMPORARY_PREFIX = ".tmp-"
LONGEST_NAME = 200  # characters
LONGEST_ENDING = 20  # what is longer is no ending
SPARE_BYTES = 1024 * 1024  # with less room than this a failed write is put down to a full disk
_PLAIN_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_durably(folder: Path, write: Callable[[Path], str]) -> Path:
    """Writes a file so that after any crash it is there whole or not at all.

    Args:
        folder: where the file is to stand; it is made.
        write: writes the content to the temporary path that it is given, and gives the name that
            the file is to have; one of that name is replaced.

    Returns:
        The file's path.

    Raises:
        LibraryFull, LibraryBroken: the disk has no room, or refused for another reason.
    """
    temporary = folder / f"{TEMPORARY_PREFIX}{os.getpid()}-{threading.get_ident()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / write(temporary)
        sync_to_disk(temporary)
        temporary.replace(path)
        sync_to_disk(folder)
    # FAISS reports a failed write as a RuntimeError.
    except (OSError, RuntimeError) as error:
        raise disk_error(error, folder) from error
    finally:
        with suppress(OSError):
            temporary.unlink()  # where it has not become the file
    return path


def sync_to_disk(path: Path) -> None:
    """Waits until a file's content, or a folder's entries, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows has no such call for folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def disk_error(error: Exception, folder: Path) -> LibraryError:
    """Gives the sentence for a disk that failed: LibraryFull where room is what it lacks."""
    if getattr(error, "errno", None) in _NO_ROOM or not has_room(folder):
        return LibraryFull(
            f"The disk that holds {folder} has no room left: free some space and try again; "
            "everything that was reported as added is kept."
        )
    return LibraryBroken(
        f"{folder} could not be written ({error}): check the disk and the folder's permissions, "
        "then try again."
    )


def has_room(folder: Path) -> bool:
    """Whether the disk has more than a margin of free bytes."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >= SPARE_BYTES


def checksum(path: Path) -> int:
    """Gives the CRC-32 of a file's bytes: it finds damage, not malice."""
    value = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


def remove_leftovers(folder: Path) -> list[Path]:
    """Removes what writers that died were writing, in the folder and below.

    Only for the holder of the library's write lock: every such file is then nobody's.
    """
    leftovers = sorted(folder.rglob(f"{TEMPORARY_PREFIX}*"))
    for path in leftovers:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return leftovers


def ending_of(name: str) -> str:
    """Gives a name's ending, with its dot and in lower case; empty where it has no plain one."""
    _, ending = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
    return ending.lower() if _PLAIN_ENDING.fullmatch(ending) else ""


def safe_name(name: str) -> str:
    """Reduces a name that came from outside to a bare file name that cannot mislead.

    What is left out: folders, control characters, those that turn the direction of writing or
    cannot be seen, dots and spaces at either end, and the middle of an over-long name. The result
    is as it would be typed (NFC), never empty, and stays as it is when cleaned again.
    """
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(" " if c.isspace() else c for c in base)
    seen = "".join(c for c in seen if not unicodedata.category(c).startswith("C"))
    kept = " ".join(unicodedata.normalize("NFC", seen).split()).strip(" .")
    if len(kept) > LONGEST_NAME:
        _, ending = os.path.splitext(kept)  # noqa: PTH122 - a name, not a path
        ending = ending if len(ending) <= LONGEST_ENDING else ""
        kept = kept[: LONGEST_NAME - len(ending)].rstrip(" .") + ending
    return kept or "unnamed"
