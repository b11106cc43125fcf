"""Who may change the library, and when an index in memory may be read."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import filelock

from rag.errors import LibraryBusy
from rag.files import disk_error

PATIENCE = 1.0  # seconds; another process may be levelling a derived index after its last change


class Lock(Protocol):
    """A right that one process has, freed by the system when it dies; its threads share it."""

    @property
    def is_held(self) -> bool:
        """Whether this process has the right."""
        ...

    def held(self, patience: float = PATIENCE) -> AbstractContextManager[None]:
        """Holds the right; raises LibraryBusy where another has it for ``patience`` seconds."""
        ...


class Sign(Protocol):
    """A sign that a process looks after something, taken away by the system when it dies."""

    def claim(self) -> bool:
        """Gives whether this process is the one, now or already."""
        ...

    def leave(self) -> None:
        """Leaves it to whoever comes next."""
        ...


class WriteLock:
    """The one right to change a library on disk, freed by the system when its holder dies.

    Threads of one process share it (the process counts as the holder); what must not happen
    twice inside a process has a lock of its own.
    """

    def __init__(self, path: Path) -> None:
        self._lock = filelock.FileLock(path, thread_local=False)
        self._holder = path.with_suffix(".pid")
        self._guard = threading.Lock()
        self._holds = 0

    @property
    def is_held(self) -> bool:
        """Whether this process has the right."""
        return self._holds > 0

    @contextmanager
    def held(self, patience: float = PATIENCE) -> Iterator[None]:
        """Holds the lock; raises LibraryBusy where another has it for ``patience`` seconds."""
        self._acquire(patience)
        try:
            yield
        finally:
            self._release()

    def _acquire(self, patience: float) -> None:
        with self._guard:
            if self._holds == 0:
                try:
                    self._lock.acquire(timeout=patience, poll_interval=0.05)
                    self._holder.write_text(str(os.getpid()))
                except filelock.Timeout:
                    raise LibraryBusy(
                        f"Another process (pid {self._read_holder()}) is changing this library; "
                        "wait until it has finished and try again."
                    ) from None
                except BaseException as error:
                    self._lock.release(force=True)
                    if isinstance(error, OSError):
                        raise disk_error(error, self._holder.parent) from error
                    raise
            self._holds += 1

    def _release(self) -> None:
        with self._guard:
            self._holds -= 1
            if self._holds == 0:
                self._lock.release()

    def _read_holder(self) -> str:
        try:
            return self._holder.read_text() or "unknown"
        except OSError:
            return "unknown"


class Presence:
    """See ``Sign``: a lock on a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = filelock.FileLock(path, thread_local=False)
        self._guard = threading.Lock()

    def claim(self) -> bool:
        with self._guard:
            if not self._lock.is_locked:
                try:
                    self._lock.acquire(timeout=0)
                except filelock.Timeout:
                    return False
                except OSError as error:
                    raise disk_error(error, self._path.parent) from error
            return True

    def leave(self) -> None:
        with self._guard:
            self._lock.release(force=True)


class ReadWriteLock:
    """Many readers or one writer; a waiting writer goes before new readers."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._readers = 0
        self._writers_waiting = 0
        self._writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._condition:
            while self._writing or self._writers_waiting:
                self._condition.wait()
            self._readers += 1
        try:
            yield
        finally:
            with self._condition:
                self._readers -= 1
                self._condition.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._condition:
            self._writers_waiting += 1
            try:
                while self._writing or self._readers:
                    self._condition.wait()
                self._writing = True
            finally:  # one that gives up waiting must not keep the readers out
                self._writers_waiting -= 1
                self._condition.notify_all()
        try:
            yield
        finally:
            with self._condition:
                self._writing = False
                self._condition.notify_all()
