"""What a person says of a document in place of what its file tells."""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from typing import Final

from rag.errors import EditError

LONGEST_TITLE = 300  # characters; it is embedded with each passage


class Unchanged(Enum):
    """Stands for a value that is to stay as it is."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
Edit = str | None | Unchanged
"""A new value, or None for what the file tells, or UNCHANGED."""


def read_title(text: str) -> str | None:
    """Gives a title in one line; None where nothing is left of it.

    Raises:
        EditError: it is too long.
    """
    title = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(title) > LONGEST_TITLE:
        raise EditError(
            f"The title has {len(title)} characters and {LONGEST_TITLE} is the most: shorten it."
        )
    return title or None


def read_date(text: str) -> str | None:
    """Gives a date as a year, a month or a day in ISO 8601; None where there is none.

    Raises:
        EditError: it is no such date.
    """
    text = text.strip()
    if not text:
        return None
    if not _is_date(text):
        raise EditError(
            f"{text!r} is no date: write a year, a month or a day, like 2022, 2022-01 or "
            "2022-01-20."
        )
    return text


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text + "-01" * (2 - text.count("-")))
    except ValueError:
        return False
    return True
