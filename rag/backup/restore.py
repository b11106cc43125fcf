"""One zip file → library and conversations, in place of those that are there.

First everything is unpacked beside them and looked at. Then a rename decides: from there on the
restored state counts, and is put in place by whoever holds the library next, should this process
die on the way.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from rag.backup.databases import (
    find_damage,
    read_schema_number,
    read_tables,
    replace_database,
)
from rag.backup.manifest import (
    HISTORY,
    INCOMING,
    LIBRARY,
    LONGEST_MANIFEST,
    MANIFEST,
    ORIGINALS,
    Manifest,
    Member,
    read_manifest,
    write_manifest,
)
from rag.errors import LibraryBroken, LibraryBusy, LibraryError, LibraryFull
from rag.files import SPARE_BYTES, TEMPORARY_PREFIX, disk_error, sync_to_disk
from rag.history import SCHEMA as HISTORY_SCHEMA
from rag.history import History
from rag.locks import WriteLock
from rag.store import SQLiteStore
from rag.store.schema import NEWEST as LIBRARY_SCHEMA

DECIDED = "restoring"  # the folder whose content is to take the place of what is there
PATIENCE_SECONDS = 10.0  # for a document that is just being stored
BLOCK_BYTES = 1 << 20

_SCHEMAS = {LIBRARY: LIBRARY_SCHEMA, HISTORY: HISTORY_SCHEMA}


def restore_backup(index: Path, file: Path | IO[bytes]) -> Manifest:
    """Puts a backup in the place of library and conversations, which others may have open.

    Nothing is touched unless all of the backup is sound. A process that ends on the way leaves
    either the old or the new state.

    Raises:
        LibraryError: it is no backup, a damaged one, or one of a newer Footnote.
        LibraryBusy: the library is being changed.
        LibraryFull, LibraryBroken: the disk has no room, or refused for another reason.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, index) from error
    with _lock(index).held(PATIENCE_SECONDS):
        _put_in_place(index)  # an earlier one that was broken off
        staging = index / f"{TEMPORARY_PREFIX}{DECIDED}"
        try:
            shutil.rmtree(staging, ignore_errors=True)
            manifest = _unpack(file, staging)
            _examine(staging, manifest, index)
            _sync_tree(staging)
            staging.rename(index / DECIDED)
            sync_to_disk(index)
            _put_in_place(index)
        except OSError as error:
            raise disk_error(error, index) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return manifest


def finish_restore(index: Path) -> None:
    """Finishes what a process that died was restoring; for when a library is opened."""
    if not (index / DECIDED).exists():
        return
    try:
        with _lock(index).held():
            _put_in_place(index)
    except LibraryBusy:
        return  # the process that restores is alive
    except OSError as error:
        raise disk_error(error, index) from error


def _lock(index: Path) -> WriteLock:
    return WriteLock(index / "write.lock")


# Unpacking.


def _unpack(file: Path | IO[bytes], folder: Path) -> Manifest:
    """Writes the files of a backup, each as long as the manifest says and of that hash."""
    try:
        with zipfile.ZipFile(file) as backup:
            manifest = read_manifest(_read_manifest(backup))
            _refuse_unlisted(backup, manifest)
            _refuse_too_large(manifest, folder.parent)
            for name, member in manifest.files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with backup.open(name) as packed, path.open("xb") as unpacked:
                    _copy(packed, unpacked, member)
            (folder / MANIFEST).write_bytes(write_manifest(manifest))
            return manifest
    except FileNotFoundError as error:
        raise LibraryError(f"There is no file {file}: check the path.") from error
    except IsADirectoryError as error:
        raise LibraryError(f"{file} is a folder: name the file of a backup.") from error
    # What zipfile raises for files that are damaged, encrypted or packed in an unknown way.
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise _broken() from error


def _read_manifest(backup: zipfile.ZipFile) -> bytes:
    with backup.open(MANIFEST) as packed:
        data = packed.read(LONGEST_MANIFEST + 1)
    if len(data) > LONGEST_MANIFEST:
        raise _broken()
    return data


def _refuse_unlisted(backup: zipfile.ZipFile, manifest: Manifest) -> None:
    names = [info.filename for info in backup.infolist()]
    if sorted(names) != sorted([MANIFEST, *manifest.files]):
        raise _broken()


def _refuse_too_large(manifest: Manifest, folder: Path) -> None:
    # The databases are written once more when they are put in place.
    needed = manifest.bytes + sum(manifest.files[name].bytes for name in _SCHEMAS)
    free = shutil.disk_usage(folder).free
    if needed + SPARE_BYTES > free:
        raise LibraryFull(
            f"The backup needs {needed // 2**20 + 1:,} MB, and the disk that holds {folder} has "
            f"{free // 2**20:,} MB left: free some space and try again; nothing was changed."
        )


def _copy(packed: IO[bytes], unpacked: IO[bytes], member: Member) -> None:
    digest, left = hashlib.sha256(), member.bytes
    while block := packed.read(min(BLOCK_BYTES, left + 1)):
        left -= len(block)
        if left < 0:
            raise _broken()
        digest.update(block)
        unpacked.write(block)
    if left or digest.hexdigest() != member.sha256:
        raise _broken()


def _broken() -> LibraryError:
    return LibraryError(
        "The backup is damaged or was changed: choose another one; nothing was changed."
    )


# Looking.


def _examine(staging: Path, manifest: Manifest, index: Path) -> None:
    """Makes sure that the databases are sound and of Footnote, and brings them up to date."""
    for name, newest in _SCHEMAS.items():
        if manifest.schemas[name] > newest:
            raise LibraryError(
                "A newer Footnote made this backup: update Footnote, then restore it again; "
                "nothing was changed."
            )
        if find_damage(staging / name) or not 1 <= read_schema_number(staging / name) <= newest:
            raise _broken()
    try:
        store = SQLiteStore(staging / LIBRARY)
        try:
            store.start_afresh(_read_generation(index / LIBRARY))
        finally:
            store.close()
        History.open(staging / HISTORY).close()
        _refuse_foreign(staging)
    except (sqlite3.Error, LibraryBroken) as error:
        raise _broken() from error


def _read_generation(library: Path) -> int:
    """Gives the generation of the library that is there; 0 without a sound one."""
    if not library.exists():
        return 0
    try:
        store = SQLiteStore(library)
        try:
            return store.generation()
        finally:
            store.close()
    except (sqlite3.Error, LibraryBroken):
        return 0


def _refuse_foreign(staging: Path) -> None:
    """Refuses databases that have other tables than ours, or anything besides, like triggers."""
    makers: dict[str, Callable[[Path], SQLiteStore | History]] = {
        LIBRARY: SQLiteStore,
        HISTORY: History.open,
    }
    for name, make in makers.items():
        fresh = staging / f"fresh-{name}"
        make(fresh).close()
        if read_tables(fresh) != read_tables(staging / name):
            raise _broken()
        fresh.unlink()


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        sync_to_disk(path)
    sync_to_disk(folder)


# Putting in place.


def _put_in_place(index: Path) -> None:
    """Puts what is decided in place; the same again, where it was broken off, does no harm."""
    decided = index / DECIDED
    if not decided.exists():
        return
    manifest = read_manifest((decided / MANIFEST).read_bytes())
    for folder in (ORIGINALS, INCOMING):
        _move_files(decided / folder, index / folder)
    for name in (LIBRARY, HISTORY):
        replace_database(index / name, decided / name)
    for folder in (ORIGINALS, INCOMING):
        _remove_others(index, folder, manifest)
    gone = index / f"{TEMPORARY_PREFIX}{DECIDED}"
    shutil.rmtree(gone, ignore_errors=True)
    decided.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _move_files(source: Path, target: Path) -> None:
    if not source.is_dir():
        return
    target.mkdir(exist_ok=True)
    for path in sorted(source.iterdir()):
        path.replace(target / path.name)
    sync_to_disk(target)


def _remove_others(index: Path, folder: str, manifest: Manifest) -> None:
    if not (index / folder).is_dir():
        return
    for path in sorted((index / folder).iterdir()):
        if f"{folder}/{path.name}" not in manifest.files:
            path.unlink(missing_ok=True)
