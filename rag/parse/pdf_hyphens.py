"""Words that the end of a line divides, made whole again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.parse.pdf_lines import Line

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DIVIDED = re.compile(r"([^\W\d_]+)-$")
_GOES_ON = re.compile(r"[^\W\d_]+")
_LEAST_PART = 3  # letters of a word that may be half of a compound


class Hyphens:
    """Tells the hyphen that divides a word from the one that belongs to it.

    It goes by the other words of the document: where these have "mining", "mi-" and "ning" are one
    word; where they have "high" and "dimensional" alone, the hyphen between them stays.
    """

    def __init__(self, pages: Iterable[Sequence[Line]]) -> None:
        self._known: set[str] = set()
        for lines in pages:
            after_hyphen = False
            for seen in (seen for line in lines for seen in line.words.split("\n")):
                words = [word.lower() for word in _WORD.findall(seen)]
                ends_divided = bool(_DIVIDED.search(seen))
                # Halves of divided words are no words.
                self._known.update(words[after_hyphen : len(words) - ends_divided])
                after_hyphen = ends_divided

    def join(self, above: str, below: str) -> str:
        """Gives the words of two lines that follow one another."""
        divided, goes_on = _DIVIDED.search(above), _GOES_ON.match(below)
        if not divided or not goes_on:
            return f"{above} {below}"
        first, second = divided[1].lower(), goes_on[0].lower()
        return f"{above if self._keeps_hyphen(first, second, goes_on[0]) else above[:-1]}{below}"

    def _keeps_hyphen(self, first: str, second: str, written: str) -> bool:
        if first + second in self._known:
            return False
        if f"{first}-{second}" in self._known or not written.islower():
            return True
        is_long = min(len(first), len(second)) >= _LEAST_PART
        return is_long and first in self._known and second in self._known
