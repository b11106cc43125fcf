"""Takes uploaded files into the library, one after the other, while the chat goes on."""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from rag.errors import LibraryBusy
from rag.library import Progress
from ui.failures import sentence_for
from ui.words import count, file_name

Stage = Literal["queued", "reading", "ready", "refused"]
BUSY_SECONDS = 3.0  # between two tries, while another process changes the library
KEPT_ITEMS = 500  # so that a page left open for weeks does not grow without end


class Report(Protocol):
    """What became of one file."""

    @property
    def outcome(self) -> str:
        """``added``, ``updated``, ``unchanged`` or ``refused``."""
        ...

    @property
    def reason(self) -> str | None:
        """Why the file was refused, in one sentence."""
        ...


class TakesFiles(Protocol):
    """What files are taken into."""

    def add_bytes(self, data: bytes, name: str, progress: Callable[[Progress], None]) -> Report:
        """Takes in one file, and tells of each step."""
        ...


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the job, and how far it has come; ``note`` is a plain sentence."""

    number: int
    name: str
    stage: Stage
    note: str = ""


class Intake:
    """The one job of the process: every page sees the same."""

    def __init__(self, library: TakesFiles) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._items: dict[int, Item] = {}
        self._waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._folder = Path(tempfile.mkdtemp(prefix="footnote-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._thread: threading.Thread | None = None
        self._number = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """Gives the files, in the order in which they came."""
        with self._lock:
            return tuple(self._items.values())

    @property
    def busy(self) -> bool:
        """True while a file is waiting or being read."""
        return any(item.stage in {"queued", "reading"} for item in self.items)

    def submit(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Puts files in the queue; they wait on disk, not in memory."""
        for name, data in files:
            with self._lock:
                self._number += 1
                number = self._number
            self._path(number).write_bytes(data)
            with self._lock:
                self._items[number] = Item(number, file_name(name), "queued")
            self._waiting.put(number)
        self._start()

    def forget_finished(self) -> None:
        """Takes the finished files off the list."""
        with self._lock:
            self._items = {
                n: item for n, item in self._items.items() if item.stage in {"queued", "reading"}
            }

    def _start(self) -> None:
        with self._lock:
            self._forget_oldest()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name="footnote-intake", daemon=True
                )
                self._thread.start()

    def _forget_oldest(self) -> None:
        finished = [n for n, item in self._items.items() if item.stage in {"ready", "refused"}]
        for number in finished[: max(0, len(self._items) - KEPT_ITEMS)]:
            del self._items[number]

    def _run(self) -> None:
        while True:
            self._take_in(self._waiting.get())

    def _take_in(self, number: int) -> None:
        path = self._path(number)
        name = self._mark(number, "reading").name
        try:
            report = self._add(number, path.read_bytes(), name)
        except Exception as error:  # noqa: BLE001 - told to the reader, logged by sentence_for
            self._mark(number, "refused", sentence_for(error))
        else:
            self._mark(number, *_fate(report))
        finally:
            path.unlink(missing_ok=True)

    def _add(self, number: int, data: bytes, name: str) -> Report:
        def tell(progress: Progress) -> None:
            self._mark(number, "reading", _step_in_words(progress))

        while True:
            try:
                return self._library.add_bytes(data, name, tell)
            except LibraryBusy:
                self._mark(number, "queued", "Waits for another process to finish its changes.")
                time.sleep(BUSY_SECONDS)

    def _mark(self, number: int, stage: Stage, note: str = "") -> Item:
        with self._lock:
            item = replace(self._items[number], stage=stage, note=note)
            self._items[number] = item
        return item

    def _path(self, number: int) -> Path:
        return self._folder / str(number)


def _step_in_words(progress: Progress) -> str:
    if progress.stage == "embedding" and progress.total:
        return f"{progress.done:,} of {count(progress.total, 'passage')}"
    return ""


def _fate(report: Report) -> tuple[Stage, str]:
    if report.outcome == "refused":
        return "refused", report.reason or "The file cannot be read."
    notes = {"updated": "Replaces its former version.", "unchanged": "Was in the library already."}
    return "ready", notes.get(report.outcome, "")
