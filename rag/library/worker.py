"""The worker of a library: one over all processes that have it open, or several that share it."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from rag.errors import FootnoteError, LibraryBusy, LibraryError, ModelError
from rag.library.execute import Executor
from rag.library.queue import JobQueue
from rag.library.reports import Progress, Report
from rag.locks import Lock
from rag.records import Job
from rag.store import JobStore

T = TypeVar("T")

MOST_TRIES = 3  # a file that ends the process as often as that is refused
NOTE_SECONDS = 0.5  # between two looks at the row of the job in hand, and two notes in it
IDLE_SECONDS = 0.5  # between two looks for jobs that another process has submitted
TAKEOVER_SECONDS = 1.0  # between two looks whether the worker's place is free
PAUSE_SECONDS = 2.0  # between two tries while the library cannot be changed
SETTLE_SECONDS = 5.0  # how long what has come in may wait to be in the indexes
STOP_SECONDS = 5.0  # what the batch in hand may take when the process ends

ENDED_TOO_OFTEN = (
    f"Footnote ended {MOST_TRIES} times while it read this file; split it, or save it in another "
    "format, and add that, or retry."
)
FAULT = (
    "Something went wrong in Footnote itself, whose log tells more; retry, or save the file in "
    "another format and add that."
)
_NOTES = {
    "updated": "It replaces its former version.",
    "unchanged": "It was in the library already.",
}

logger = logging.getLogger(__name__)

_working: set[Worker] = set()


@atexit.register
def stop_workers() -> None:
    """Stops the workers of this process, before it ends; a server may end it without ``atexit``.

    An orderly end then does not count as a try of the file in hand.
    """
    for worker in tuple(_working):
        worker.stop()


class Worker:
    """Does the jobs of a library, one after the other, where no other has its place.

    It waits for its place, and takes it within a second where the process that has it ends.
    """

    def __init__(
        self,
        jobs: JobStore,
        queue: JobQueue,
        executor: Executor,
        settle: Callable[[], None],
        place: Lock,
    ) -> None:
        """``settle`` lets what has come in be found; ``place`` is held by who works."""
        self._jobs = jobs
        self._queue = queue
        self._executor = executor
        self._settle = settle
        self._place = place
        self._alone = threading.Lock()
        self._stopping = threading.Event()
        self._woken = queue.news
        self._thread: threading.Thread | None = None
        self._hand: _InHand | None = None
        self._unsettled_since: float | None = None
        self._trouble = ""

    def start(self) -> None:
        """Works in a thread of its own, until ``stop`` or the end of the process."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="footnote-worker", daemon=True)
        self._thread.start()
        _working.add(self)

    def stop(self) -> None:
        """Puts back what is in hand, and gives the place to another process."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        _working.discard(self)
        self._stopping.set()
        self._woken.set()
        if hand := self._hand:
            hand.call_off()
        thread.join(STOP_SECONDS)
        if thread.is_alive() and hand:  # it ends with the process, by no fault of the file
            with suppress(LibraryError):
                self._jobs.put_back(hand.job.id)
        self._executor.close()

    def work_off(self) -> None:
        """Does all that is queued, in this thread; raises LibraryBusy where another does it."""
        with self._serving():
            while self._do_next():
                self._unsettled_since = self._unsettled_since or time.monotonic()
            self._settle_if_due(more=False)

    def describe(self, job: Job) -> Job:
        """Gives a job as it is at this moment, where this process does it."""
        if job.is_over:
            return job
        hand = self._hand
        if hand is not None and hand.job.id == job.id:
            return replace(hand.job, cancelling=job.cancelling)
        return replace(job, note=self._trouble) if self._trouble else job

    # In the worker's thread.

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._serving():
                    self._serve()
            except LibraryBusy:
                pass  # another process works
            except LibraryError as error:
                self._trouble = str(error)
            except Exception:
                logger.exception("The worker failed, and begins again.")
            self._wait(TAKEOVER_SECONDS)

    @contextmanager
    def _serving(self) -> Iterator[None]:
        if not self._alone.acquire(blocking=False):
            raise LibraryBusy("This library's worker is at work already; wait for it.")
        try:
            with self._place.held(patience=0.0):
                self._jobs.recover(MOST_TRIES, ENDED_TOO_OFTEN)
                self._queue.sweep()
                yield
        finally:
            self._alone.release()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            found = self._do_next()
            self._settle_if_due(found)
            if not found:
                self._jobs.recover(MOST_TRIES, ENDED_TOO_OFTEN)  # of other workers that died
                self._wait(IDLE_SECONDS)

    def _wait(self, seconds: float) -> None:
        self._woken.wait(seconds)
        self._woken.clear()

    def _settle_if_due(self, more: bool) -> None:
        now = time.monotonic()
        if more and self._unsettled_since is None:
            self._unsettled_since = now
        since = self._unsettled_since
        if since is None or (more and now - since < SETTLE_SECONDS):
            return
        try:
            self._settle()
            self._unsettled_since = None
        except LibraryBusy:
            pass  # until the next time

    def _do_next(self) -> bool:
        """Does one job; False where none is queued."""
        job = self._jobs.take()
        self._trouble = ""
        if job is None:
            return False
        hand = self._hand = _InHand(job, self._jobs, self._executor.interrupt, self._wait)
        if self._stopping.is_set():  # before there was a job in hand to call off
            hand.call_off()
        try:
            with hand.watched():
                ended = self._attempt(hand)
            self._conclude(hand, ended)
        finally:
            self._hand = None
        return True

    def _attempt(self, hand: _InHand) -> Job | None:
        """Gives the job as it ended; None where it is to be put back."""
        try:
            report = self._executor.execute(hand.job, hand)
            return _finished(hand.job, report)
        except _CalledOff:
            pass
        except FootnoteError as error:
            if not hand.is_called_off:
                return replace(hand.job, stage="refused", note=str(error))
        except Exception:
            logger.exception("A job failed: %s", hand.job)
            return replace(hand.job, stage="refused", note=FAULT)
        return None if self._stopping.is_set() else replace(hand.job, stage="cancelled", note="")

    def _conclude(self, hand: _InHand, ended: Job | None) -> None:
        while True:
            try:
                if ended is None:
                    self._jobs.put_back(hand.job.id)
                    return
                self._jobs.end(ended)
                if ended.stage != "refused":
                    self._executor.discard(ended)
                return
            except LibraryError as error:
                if self._stopping.is_set():
                    return  # whoever works next finds it half done
                hand.say(str(error))
                self._wait(PAUSE_SECONDS)


class _CalledOff(Exception):
    """The job in hand is to be left."""


class _InHand:
    """The one job that is being done: how far it has come, and whether to go on."""

    def __init__(
        self,
        job: Job,
        jobs: JobStore,
        interrupt: Callable[[], None],
        wait: Callable[[float], None],
    ) -> None:
        self._job = self._noted = job
        self._jobs = jobs
        self._interrupt = interrupt
        self._wait = wait
        self._guard = threading.Lock()
        self._begun = time.monotonic()
        self._waited = 0.0
        self.is_called_off = False

    @property
    def job(self) -> Job:
        with self._guard:
            seconds = time.monotonic() - self._begun - self._waited
            return replace(self._job, seconds=seconds)

    def tell(self, progress: Progress) -> None:
        self._check()
        self._change(stage=progress.stage, done=progress.done, total=progress.total)

    def say(self, note: str) -> None:
        """Tells what it waits for."""
        self._change(note=note)

    def insist(self, step: Callable[[], T]) -> T:
        while True:
            self._check()
            try:
                result = step()
            except (LibraryError, ModelError) as error:
                self._check()
                self.say(str(error))
                begun = time.monotonic()
                self._wait(PAUSE_SECONDS)
                self._waited += time.monotonic() - begun
            else:
                self.say("")
                return result

    def call_off(self) -> None:
        """Leaves it as soon as that can be."""
        self.is_called_off = True
        self._interrupt()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Notes its progress meanwhile, and looks whether it is to be cancelled."""
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(over,), name="footnote-watch")
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            over.set()
            watch.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(NOTE_SECONDS):
            try:
                if self.is_called_off or self._jobs.is_cancelling(self._job.id):
                    self.call_off()  # again, as reading may have begun since
                job = self.job
                if replace(job, seconds=0.0) != replace(self._noted, seconds=0.0):
                    self._jobs.note(job)
                    self._noted = job
            except LibraryError as error:
                logger.info("The progress could not be noted: %s", error)

    def _check(self) -> None:
        if self.is_called_off:
            raise _CalledOff

    def _change(self, **fields: Any) -> None:
        with self._guard:
            self._job = replace(self._job, **fields)


def _finished(job: Job, report: Report) -> Job:
    return replace(
        job,
        name=report.name,
        stage="ready",
        pages=report.pages,
        characters=report.characters,
        chunks=report.chunks,
        note=report.reason or ("" if job.kind == "sync" else _NOTES.get(report.outcome, "")),
        document_id=report.document_id,
    )
