"""Folders that are followed: whatever changes in them is taken in by itself."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import FootnoteError, LibraryBusy
from rag.library import walk
from rag.library.library import Library
from rag.library.reports import Report

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver, ObservedWatch

QUIET_SECONDS = 1.0  # a folder that changes is left alone until it has been quiet for so long
LONGEST_GATHERING = 30.0  # unless it never is
RETRY_SECONDS = 5.0  # while somebody else changes the library
LOOK_SECONDS = 2.0  # whether the folders are still there, or there again
PATROL_SECONDS = 300.0  # what no event told of (network disks, links to folders) is found then

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of following a folder once.

    Attributes:
        reports: of the files that were not as they had been.
        problem: one sentence where the library could not be made equal to the folder.
    """

    folder: Path
    reports: tuple[Report, ...] = ()
    problem: str | None = None


def tell_nobody(followed: Followed) -> None:
    """For callers that do not want to know."""


@dataclass
class Gathering:
    """Gathers events until their folder has been quiet; times are in seconds of one clock."""

    quiet: float = QUIET_SECONDS
    longest: float = LONGEST_GATHERING
    _first: dict[Path, float] = field(default_factory=dict)
    _last: dict[Path, float] = field(default_factory=dict)

    def note(self, folder: Path, now: float) -> None:
        """Notes that something has happened in a folder."""
        self._first.setdefault(folder, now)
        self._last[folder] = now

    def forget(self, folder: Path) -> None:
        self._first.pop(folder, None)
        self._last.pop(folder, None)

    def take_due(self, now: float) -> list[Path]:
        """Gives the folders whose time has come; what happens from now on is gathered anew."""
        due = [folder for folder in self._first if self._due_at(folder) <= now]
        for folder in due:
            self.forget(folder)
        return due

    def next_due(self) -> float | None:
        """Gives the time at which the next folder is due, as things are."""
        return min(map(self._due_at, self._first), default=None)

    def _due_at(self, folder: Path) -> float:
        return min(self._last[folder] + self.quiet, self._first[folder] + self.longest)


class Watcher:
    """Makes the library equal to folders, now and whenever something changes in them.

    A folder that is gone, or empty though documents came from it, removes nothing: it may be a
    disk that is not mounted. Any thread may use it; the work is done in a thread of its own.
    """

    def __init__(
        self,
        library: Library,
        tell: Callable[[Followed], None] = tell_nobody,
        quiet: float = QUIET_SECONDS,
    ) -> None:
        """``tell`` is called in the thread that does the work."""
        self._library = library
        self._tell = tell
        self._gathering = Gathering(quiet)
        self._wake = threading.Condition()
        self._followed: set[Path] = set()
        self._problems: dict[Path, str] = {}
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="watcher", daemon=True)

    def start(self, folders: Collection[Path] | None = None) -> None:
        """Begins to follow these folders, or those that are remembered where None."""
        if folders is None:
            folders = [Path(f.path) for f in self._library.folders() if f.watching]
        for folder in folders:
            self._begin(walk.absolute(folder))
        self._thread.start()

    def stop(self) -> None:
        """Ends once the sync in hand has ended; what is remembered is followed by the next."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._thread.join()

    def follow(self, folder: Path) -> None:
        """Follows a folder from now on, and after a restart."""
        folder = walk.absolute(folder)
        self._library.note_folder(folder, watching=True)
        self._begin(folder)

    def unfollow(self, folder: Path) -> None:
        """Follows a folder no more; its documents stay."""
        folder = walk.absolute(folder)
        self._library.note_folder(folder, watching=False)
        with self._wake:
            self._followed.discard(folder)
            self._gathering.forget(folder)
            self._problems.pop(folder, None)

    def problems(self) -> dict[Path, str]:
        """Gives a sentence for each folder that cannot be followed at the moment."""
        with self._wake:
            return dict(self._problems)

    def _begin(self, folder: Path) -> None:
        with self._wake:
            self._followed.add(folder)
        self._note(folder)

    def _note(self, folder: Path, delay: float = 0.0) -> None:
        with self._wake:
            if folder in self._followed:
                self._gathering.note(folder, time.monotonic() + delay)
                self._wake.notify()

    # In the thread of its own.

    def _work(self) -> None:
        from watchdog.observers import Observer

        observer = Observer()
        observer.start()
        watches: dict[Path, _Watch] = {}
        patrolled = time.monotonic()
        try:
            while not self._stopped:
                self._look(watches, observer)
                if time.monotonic() > patrolled + PATROL_SECONDS:
                    patrolled = time.monotonic()
                    for folder in watches:
                        self._note(folder)
                for folder in self._wait():
                    self._sync(folder)
        finally:
            observer.stop()
            observer.join()

    def _look(self, watches: dict[Path, _Watch], observer: BaseObserver) -> None:
        """Watches the folders that have come, or stand for other ones than before.

        Without the lock, for which the observer may wait while it is waited for here.
        """
        with self._wake:
            followed = set(self._followed)
        for folder in watches.keys() - followed:
            watches.pop(folder).end(observer)
        for folder in followed:
            watch = watches.setdefault(folder, _Watch(folder, self._handle))
            if watch.renew(observer):
                self._note(folder)

    def _wait(self) -> list[Path]:
        """Gives the folders to be synced; none where it is time to look."""
        with self._wake:
            now, due = time.monotonic(), self._gathering.next_due()
            if not self._stopped and (due is None or due > now):
                self._wake.wait(LOOK_SECONDS if due is None else min(due - now, LOOK_SECONDS))
            # Taken before the sync: what happens during it is for the next.
            return [] if self._stopped else self._gathering.take_due(time.monotonic())

    def _sync(self, folder: Path) -> None:
        try:
            reports = self._library.sync(folder, spare_emptied=True)
            changed = tuple(report for report in reports if report.outcome != "unchanged")
            problem = None
        except LibraryBusy as error:
            logger.info("%s is followed later: %s", folder, error)
            self._note(folder, RETRY_SECONDS)
            return
        except FootnoteError as error:
            changed, problem = (), str(error)
        with self._wake:
            known = self._problems.pop(folder, None)
            if problem:
                self._problems[folder] = problem
        if changed or (problem and problem != known):
            self._tell(Followed(folder, changed, problem))

    def _handle(self, folder: Path, event: FileSystemEvent) -> None:
        if event.event_type in ("opened", "closed_no_write"):
            return  # a sync reads, too
        if event.is_directory and event.event_type == "modified":
            return  # what has changed in it is told of by itself
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        if any(self._concerns(folder, path) for path in paths):
            self._note(folder)

    def _concerns(self, folder: Path, path: Path) -> bool:
        if path.is_relative_to(self._library.folder) or not path.is_relative_to(folder):
            return False
        return not any(map(walk.is_passed_by, path.relative_to(folder).parts))


class _Watch:
    """The operating system's watch of one folder."""

    def __init__(self, folder: Path, handle: Callable[[Path, FileSystemEvent], None]) -> None:
        self._folder = folder
        self._handle = handle
        self._identity: tuple[int, int] | None = None
        self._observed: ObservedWatch | None = None
        self._is_lost = True

    def renew(self, observer: BaseObserver) -> bool:
        """Sets the watch where it is not on the folder that is there; gives whether it was not."""
        identity = _identify(self._folder)
        if identity == self._identity and not self._is_lost:
            return False
        self.end(observer)
        self._identity, self._is_lost = identity, False
        if identity is not None:
            self._observe(observer)
        return True

    def end(self, observer: BaseObserver) -> None:
        if self._observed is not None:
            observer.unschedule(self._observed)
        self._observed = None

    def _observe(self, observer: BaseObserver) -> None:
        from watchdog.events import FileSystemEventHandler

        handler = FileSystemEventHandler()
        handler.on_any_event = self._receive  # type: ignore[method-assign]
        try:
            self._observed = observer.schedule(handler, str(self._folder), recursive=True)
        except OSError as error:
            logger.warning("Changes in %s are noticed late: %s", self._folder, error)

    def _receive(self, event: FileSystemEvent) -> None:
        if event.event_type in ("deleted", "moved") and event.src_path == str(self._folder):
            self._is_lost = True  # and a new folder may even get its number
        self._handle(self._folder, event)


def _identify(folder: Path) -> tuple[int, int] | None:
    """Tells a folder from another of the same path, as after a disk was mounted there."""
    try:
        facts = folder.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino
