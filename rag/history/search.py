"""Words → where they stand in what was asked and answered.

What is kept is read through at each search: an index would have to forget what is erased or deleted
as surely as the messages do, and a person's chats are few.
"""

from __future__ import annotations

import unicodedata

EXCERPT_CHARACTERS = 140
BEFORE_CHARACTERS = 40  # of the excerpt, before the first word that was searched for


def split_terms(words: str) -> list[str]:
    """Gives the words to look for, each once, without regard to case."""
    return list(dict.fromkeys(fold(words).split()))


def fold(text: str) -> str:
    """Gives a text as it is compared: case, width and ligatures make no difference."""
    return unicodedata.normalize("NFKC", text).casefold()


def holds(text: str, terms: list[str]) -> bool:
    """Whether a text holds all of the terms, also inside longer words."""
    folded = fold(text)
    return all(term in folded for term in terms)


def excerpt(text: str, terms: list[str]) -> str:
    """Gives a line of the text round the first of the terms."""
    line = " ".join(text.split())
    folded = fold(line)
    # Folding may change a text's length, as with "ß": the place is then as good as exact.
    at = min((folded.find(term) for term in terms if term in folded), default=0)
    begin = max(0, at - BEFORE_CHARACTERS)
    begin = line.find(" ", begin, at) + 1 if begin else 0
    end = min(len(line), begin + EXCERPT_CHARACTERS)
    if end < len(line):
        end = max(line.rfind(" ", begin, end), begin + 1)
    return f"{'… ' if begin else ''}{line[begin:end]}{' …' if end < len(line) else ''}"
