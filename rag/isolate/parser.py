"""Reads files in a process of its own, and says in a sentence why one could not be read."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import Any

from rag.errors import UnreadableDocument
from rag.isolate.limits import LARGE_FILE_BYTES, LONGEST_TEXT_BYTES, MEMORY_BYTES
from rag.isolate.process import Crashed, LimitedProcess, TookTooLong
from rag.isolate.wire import TooLong, put_together
from rag.records import Chunk, ParsedDocument

PROGRAM = "from rag.isolate.worker import main; main()"

logger = logging.getLogger(__name__)


class ParserProcess(LimitedProcess):
    """Reads files one at a time, from any thread."""

    def __init__(self, seconds: int, program: str = PROGRAM) -> None:
        """``seconds`` is what one file may take; ``program`` is what the process runs."""
        super().__init__(seconds, program)

    def read(self, data: bytes, name: str, longest: int) -> tuple[ParsedDocument, list[Chunk]]:
        """Gives a file's text, blocks and pages, and its chunks.

        Args:
            name: for errors, and by its ending for the format.
            longest: characters that a chunk holds.

        Raises:
            UnreadableDocument: it cannot be read, or not within the limits.
            LibraryError: the process does not start.
        """
        with self._turn() as turn:
            try:
                answer = self._ask({"name": name, "longest": longest}, data)
                document = _understand(*answer, name)
                if len(data) <= LARGE_FILE_BYTES:
                    turn.keep()
                return document
            except _Refused as error:
                turn.keep()
                raise UnreadableDocument(str(error)) from None
            except TookTooLong as error:
                raise UnreadableDocument(
                    f'"{name}" took longer than the {self._seconds} s that a file may; split it, '
                    "or allow more with RAG_PARSE_SECONDS, and add it again."
                ) from error
            except Crashed as error:
                raise UnreadableDocument(
                    f'"{name}" made its parser crash; open it in its own program, save it anew '
                    "and add that."
                ) from error
            except TooLong:
                raise UnreadableDocument(
                    f'"{name}" holds more than one document may '
                    f"({LONGEST_TEXT_BYTES // 1024**2} MB of text, or a million paragraphs); split "
                    "it and add the parts."
                ) from None
            except (ValueError, TypeError, KeyError) as error:
                raise UnreadableDocument(
                    f'"{name}" confused its parser ({error}); save it anew, or in another format, '
                    "and add that."
                ) from error


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
