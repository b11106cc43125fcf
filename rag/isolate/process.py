"""The process that asks: starts the one that reads, hands it files, and replaces it."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from rag.errors import LibraryError, UnreadableDocument
from rag.isolate.limits import (
    LARGE_FILE_BYTES,
    LONGEST_FACTS_BYTES,
    LONGEST_TEXT_BYTES,
    MEMORY_BYTES,
)
from rag.isolate.wire import Message, TooLong, put_together, read_message, write_message
from rag.records import Chunk, ParsedDocument

PROGRAM = "from rag.isolate.worker import main; main()"

logger = logging.getLogger(__name__)


class ParserProcess:
    """Reads files one at a time, from any thread, in one process that is kept for the next.

    It is replaced after it crashed, took too long, or ran out of memory, and ends with this one.
    """

    def __init__(self, seconds: int, program: str = PROGRAM) -> None:
        """``seconds`` is what one file may take; ``program`` is what the process runs."""
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
        """Starts the process ahead of the first file, without waiting for it."""
        with self._guard:
            self._running()

    def close(self) -> None:
        """Ends the process; the next file starts another."""
        with self._guard:
            self._stop()

    def another(self) -> ParserProcess:
        """Gives one of the same kind, which reads at the same time."""
        return ParserProcess(self._seconds, self._program)

    def interrupt(self) -> None:
        """Ends the reading of the file in hand, which is refused then; nothing where none is."""
        with self._in_hand:
            if self._may_interrupt and self._process is not None:
                self._may_interrupt = False
                self._process.kill()

    def read(self, data: bytes, name: str, longest: int) -> tuple[ParsedDocument, list[Chunk]]:
        """Gives a file's text, blocks and pages, and its chunks.

        Args:
            name: for errors, and by its ending for the format.
            longest: characters that a chunk holds.

        Raises:
            UnreadableDocument: it cannot be read, or not within the limits.
            LibraryError: the process does not start.
        """
        with self._guard:
            kept = False
            try:
                with self._within_time(name) as expired:
                    answer = self._ask(data, name, longest)
                document = _understand(*answer, name)
                kept = len(data) <= LARGE_FILE_BYTES and not expired.is_set()
                return document
            except _Refused as error:
                kept = not expired.is_set()
                raise UnreadableDocument(str(error)) from None
            except (ValueError, TypeError, KeyError) as error:
                raise UnreadableDocument(
                    f'"{name}" confused its parser ({error}); save it anew, or in another format, '
                    "and add that."
                ) from error
            finally:
                if self._was_interrupted() or not kept:
                    self._stop()

    def _was_interrupted(self) -> bool:
        with self._in_hand:
            interrupted = not self._may_interrupt
            self._may_interrupt = False
        return interrupted

    def _ask(self, data: bytes, name: str, longest: int) -> Message:
        process = self._running()
        with self._in_hand:
            self._may_interrupt = True
        requests, answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        self._await_ready(answers)
        try:
            facts = {"name": name, "longest": longest, "seconds": self._seconds}
            write_message(requests, facts, data)
            return read_message(answers, LONGEST_FACTS_BYTES, LONGEST_TEXT_BYTES)
        except (OSError, EOFError) as error:
            raise UnreadableDocument(
                f'"{name}" made its parser crash; open it in its own program, save it anew and add '
                "that."
            ) from error
        except TooLong:
            raise UnreadableDocument(
                f'"{name}" holds more than one document may '
                f"({LONGEST_TEXT_BYTES // 1024**2} MB of text, or a million paragraphs); split it "
                "and add the parts."
            ) from None

    @contextmanager
    def _within_time(self, name: str) -> Iterator[threading.Event]:
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
        except (UnreadableDocument, LibraryError) as error:
            if not expired.is_set():
                raise
            raise UnreadableDocument(
                f'"{name}" took longer than the {self._seconds} s that a file may; split it, or '
                "allow more with RAG_PARSE_SECONDS, and add it again."
            ) from error
        finally:
            timer.cancel()
            timer.join()  # or it might end the process in the midst of the next file

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


class _Refused(Exception):
    """The file is refused, by a process that is as good as before."""


@functools.cache
def shared_parser(seconds: int) -> ParserProcess:
    """Gives the one that all libraries of this process share."""
    return ParserProcess(seconds)


def _understand(
    facts: Mapping[str, Any], text: bytes, name: str
) -> tuple[ParsedDocument, list[Chunk]]:
    """Raises ValueError, TypeError or KeyError for an answer that makes no sense."""
    outcome = facts["outcome"]
    if outcome == "read":
        return put_together(facts, text)
    if outcome == "refused":
        raise _Refused(facts["reason"])
    if outcome == "no unicode":
        raise _Refused(
            f'"{name}" holds characters that are no Unicode; save it as UTF-8 and add that.'
        )
    if outcome == "memory":
        raise UnreadableDocument(
            f'"{name}" takes more than {MEMORY_BYTES // 1024**2:,} MB of memory to read; split it, '
            "or save its text alone, and add that."
        )
    # The log has the whole of it.
    logger.error("The parser failed on %s:\n%s", name, facts["story"])
    raise _Refused(
        f'"{name}" could not be read ({facts["error"]}); save it anew, or in another format, and '
        "add that."
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was not sent yet is not wanted any more
                pipe.close()
    process.wait()
