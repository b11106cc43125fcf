"""Asks for pages, within limits, and says in a sentence why one cannot be shown."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from rag.errors import PageUnavailable
from rag.isolate import Crashed, LimitedProcess, TookTooLong
from rag.isolate.wire import Message, TooLong
from rag.pages.layout import PageLayout, put_together

PROGRAM = "from rag.pages.worker import main; main()"
SECONDS = 5  # for one page; a usual one takes a twentieth of one
LONGEST_PICTURE_BYTES = 32 * 1024**2

_INSTEAD = "its text is under Text"

logger = logging.getLogger(__name__)


class PageProcess(LimitedProcess):
    """Draws and reads pages one at a time, from any thread."""

    def __init__(self, seconds: int = SECONDS, program: str = PROGRAM) -> None:
        """``seconds`` is what one page may take; ``program`` is what the process runs."""
        super().__init__(seconds, program)

    def draw(self, path: Path, number: int, width: int) -> bytes:
        """Gives a page (from 1) of a PDF file as a JPEG, so many pixels wide or less.

        Raises:
            PageUnavailable: it cannot be drawn, or not within the limits.
            LibraryError: the process does not start.
        """
        facts = {"do": "draw", "path": str(path), "number": number, "width": width}
        return self._page(facts, "drawn")[1]

    def read(self, path: Path, number: int) -> PageLayout:
        """Gives where the letters of a page stand; raises as ``draw`` does."""
        facts, data = self._page({"do": "read", "path": str(path), "number": number}, "read")
        try:
            return put_together(facts, data)
        except (ValueError, TypeError, KeyError) as error:
            raise PageUnavailable(_sentence(number, "makes no sense")) from error

    def _page(self, facts: dict[str, Any], wanted: str) -> Message:
        number = facts["number"]
        with self._turn() as turn:
            try:
                answer, data = self._ask(facts)
            except TookTooLong as error:
                reason = f"takes longer to draw than the {self._seconds} s that a page may"
                raise PageUnavailable(_sentence(number, reason)) from error
            except (Crashed, TooLong, ValueError) as error:
                reason = "makes the program that draws it fail"
                raise PageUnavailable(_sentence(number, reason)) from error
            outcome = answer.get("outcome")
            if outcome == "memory" or len(data) > LONGEST_PICTURE_BYTES:
                raise PageUnavailable(_sentence(number, "takes too much memory to draw"))
            turn.keep()
        if outcome == "refused":
            raise PageUnavailable(str(answer.get("reason")))
        if outcome != wanted:
            logger.error("Page %d could not be shown:\n%s", number, answer.get("story"))
            raise PageUnavailable(_sentence(number, "cannot be drawn"))
        return answer, data


def _sentence(number: int, reason: str) -> str:
    return f"Page {number} {reason}; {_INSTEAD}."
