"""The process that reads files: takes one after the other from its pipe, within limits.

It imports neither the model's libraries nor the indexes', so that it starts at once.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from rag.chunks import cut_chunks
from rag.errors import DocumentError
from rag.isolate.limits import LONGEST_REQUEST_BYTES, MEMORY_BYTES
from rag.isolate.wire import Message, read_message, take_apart, write_message
from rag.parse import parse_bytes
from rag.records import Chunk, ParsedDocument
from rag.settings import LARGEST_FILE_BYTES

SPARE_SECONDS = 5  # the asking process counts too, and is to be first

Reading = tuple[ParsedDocument, list[Chunk]]


def main() -> None:
    serve(read)


def read(data: bytes, name: str, longest: int) -> Reading:
    """Parses a file and cuts its text; raises what the parsers do."""
    parsed = parse_bytes(data, name)
    return parsed, cut_chunks(parsed.text, parsed.blocks, longest)


def serve(read: Callable[[bytes, str, int], Reading]) -> None:
    """Reads files until the pipe closes."""

    def handle(facts: dict[str, Any], data: bytes) -> Message:
        parts, text = take_apart(*read(data, facts["name"], facts["longest"]))
        return {"outcome": "read", **parts}, text

    serve_requests(handle)


def serve_requests(handle: Callable[[dict[str, Any], bytes], Message]) -> None:
    """Answers requests until the pipe closes, which it does however the other process ends.

    ``handle`` gets a request and gives its answer; a DocumentError that it raises is told as that.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other process to act upon
    requests, answers = _take_pipes()
    _send(answers, {"limited": _limit_memory()})
    waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    while True:
        facts, data = waiting.get()
        _end_after(facts["seconds"] + SPARE_SECONDS)
        _answer(answers, partial(handle, facts, data))
        _end_after(0)


def _receive(requests: BinaryIO, waiting: queue.SimpleQueue[Message]) -> None:
    """Watches the pipe during the work too, so as to end with the other process."""
    try:
        while True:
            waiting.put(read_message(requests, LONGEST_REQUEST_BYTES, LARGEST_FILE_BYTES))
    finally:
        os._exit(0)


def _answer(answers: BinaryIO, work: Callable[[], Message]) -> None:
    try:
        _send(answers, *work())
    except DocumentError as error:
        _send(answers, {"outcome": "refused", "reason": _printable(str(error))})
    except UnicodeEncodeError:
        _send(answers, {"outcome": "no unicode"})
    except MemoryError:
        _send(answers, {"outcome": "memory"})
    except Exception as error:  # noqa: BLE001 - told to the other process, which logs it
        story = _printable(traceback.format_exc()[-8_000:])
        _send(answers, {"outcome": "failed", "error": type(error).__name__, "story": story})


def _send(answers: BinaryIO, facts: dict[str, Any], text: bytes = b"") -> None:
    """Writes an answer, or ends this process where nobody is left to read it."""
    try:
        write_message(answers, facts, text)
    except BrokenPipeError:
        os._exit(0)


def _printable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Takes the pipes away from standard input and output, where a parser might get at them."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _limit_memory() -> bool:
    """Limits what this process may take; False where the system cannot."""
    try:
        import resource
    except ImportError:  # Windows
        return False
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ValueError, OSError):  # macOS
        return False
    return True


def _end_after(seconds: int) -> None:
    """Lets the system end this process, even inside a library's loop that no thread interrupts.

    Only needed where the other process has died; 0 takes it back.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
