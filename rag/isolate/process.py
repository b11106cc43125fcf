"""The process that asks: starts the one that works, hands it requests, and replaces it."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from rag.errors import LibraryError
from rag.isolate.limits import LONGEST_FACTS_BYTES, LONGEST_TEXT_BYTES
from rag.isolate.wire import Message, read_message, write_message

logger = logging.getLogger(__name__)


class Crashed(Exception):
    """The process ended in the midst of a request."""


class TookTooLong(Exception):
    """The process was ended because its time was over."""


class LimitedProcess:
    """Answers requests one at a time, from any thread, in one process that is kept for the next.

    It is replaced after it crashed, took too long, or ran out of memory, and ends with this one.
    """

    def __init__(self, seconds: int, program: str) -> None:
        """``seconds`` is what one request may take; ``program`` is what the process runs."""
        self._seconds = seconds
        self._program = program
        self._guard = threading.Lock()
        self._in_hand = threading.Lock()
        self._may_interrupt = False
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[Any, Any] | None = None
        self._ready = False
        self._told = False

    def start(self) -> None:
        """Starts the process ahead of the first request, without waiting for it."""
        with self._guard:
            self._running()

    def close(self) -> None:
        """Ends the process; the next request starts another."""
        with self._guard:
            self._stop()

    def another(self) -> Self:
        """Gives one of the same kind, which works at the same time."""
        return type(self)(self._seconds, self._program)

    def interrupt(self) -> None:
        """Ends the request in hand, which fails then; nothing where none is."""
        with self._in_hand:
            if self._may_interrupt and self._process is not None:
                self._may_interrupt = False
                self._process.kill()

    @contextmanager
    def _turn(self) -> Iterator[_Turn]:
        """Lets one thread ask; the process is kept for the next where ``keep`` was called."""
        with self._guard:
            turn = _Turn()
            try:
                yield turn
            finally:
                if self._was_interrupted() or not turn.kept:
                    self._stop()

    def _was_interrupted(self) -> bool:
        with self._in_hand:
            interrupted = not self._may_interrupt
            self._may_interrupt = False
        return interrupted

    def _ask(self, facts: Mapping[str, Any], data: bytes = b"") -> Message:
        """Gives the answer to a request, inside a turn.

        Raises:
            TookTooLong, Crashed: the process has ended.
            TooLong, ValueError: the answer is longer than any may be, or makes no sense.
            LibraryError: the process does not start.
        """
        with self._within_time() as expired:
            try:
                process = self._running()
                with self._in_hand:
                    self._may_interrupt = True
                requests, answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
                self._await_ready(answers)
                write_message(requests, {**facts, "seconds": self._seconds}, data)
                return read_message(answers, LONGEST_FACTS_BYTES, LONGEST_TEXT_BYTES)
            except (OSError, EOFError, LibraryError) as error:
                if expired.is_set():
                    raise TookTooLong from error
                if isinstance(error, LibraryError):
                    raise
                raise Crashed from error

    @contextmanager
    def _within_time(self) -> Iterator[threading.Event]:
        """Ends the process when its time is over; the event tells whether it was."""
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            if self._process is not None:
                self._process.kill()

        timer = threading.Timer(self._seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            yield expired
        finally:
            timer.cancel()
            timer.join()  # or it might end the process in the midst of the next request
            if expired.is_set():
                self._stop()

    # The process.

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        # A session of its own: Ctrl-C at the terminal is for this process alone.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-c", self._program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        self._end = weakref.finalize(self, _end, self._process)
        return self._process

    def _await_ready(self, answers: BinaryIO) -> None:
        if self._ready:
            return
        try:
            facts, _ = read_message(answers, LONGEST_FACTS_BYTES, 0)
        except (OSError, EOFError) as error:
            raise LibraryError(
                "The process that reads files does not start: set Footnote up anew with `make "
                "clean setup`, and try again."
            ) from error
        self._ready = True
        if not facts["limited"] and not self._told:
            self._told = True
            logger.warning(
                "This system does not limit the memory of a process: a file that takes very much "
                "of it is stopped by its time alone."
            )

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._process, self._end, self._ready = None, None, False


class _Turn:
    kept = False

    def keep(self) -> None:
        self.kept = True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was not sent yet is not wanted any more
                pipe.close()
    process.wait()
