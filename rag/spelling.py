"""A question → the same, with misspelt words as the library spells them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from rag.question.forms import ASKS
from rag.records import StoredChunk
from rag.terms import WORD

SHORTEST = 5  # letters of a word that is corrected; of a name, one more
LONG = 8  # letters of a word that may hold two slips
ENDING = 2  # letters by which the stems of two words may differ that differ less themselves
NEAR = 6  # stems looked at more closely
SHOWN_BY = 3  # passages that show how a word is spelt in full


class WordList(Protocol):
    """What correcting asks of the word index."""

    def stem(self, word: str) -> str:
        """Gives a word as it is indexed, empty for one that is not."""
        ...

    def count(self, stem: str) -> int:
        """Gives how many passages have it."""
        ...

    def beginning_with(self, letters: str) -> list[tuple[str, int]]:
        """Gives the stems that begin so, and how many passages have each."""
        ...

    def search(self, query: str, k: int) -> list[tuple[int, float]]: ...


class Chunks(Protocol):
    def chunks(self, ids: Sequence[int]) -> Mapping[int, StoredChunk]: ...


class Speller:
    """Corrects words that neither the library nor the language knows."""

    def __init__(self, words: WordList, store: Chunks, is_word: Callable[[str], bool]) -> None:
        """``is_word`` says whether a lower-case word is one of the language."""
        self._words = words
        self._store = store
        self._is_word = is_word

    def correct(self, question: str) -> str:
        """Gives the question with each misspelt word as the library spells the one it is like."""
        return WORD.sub(lambda found: self._correct_word(found[0]), question)

    def _correct_word(self, word: str) -> str:
        lower = word.lower()
        shortest = SHORTEST + (word != lower)
        if len(word) < shortest or not word.isalpha() or word.isupper() or ASKS.fullmatch(word):
            return word
        stem = self._words.stem(lower)
        if not stem or self._words.count(stem):
            return word
        most = 1 + (len(word) >= LONG)
        spelt = [self._spell_out(near, lower) for near in self._find_near(stem, most)]
        best = min(spelt, key=lambda other: count_slips(lower, other.lower()), default="")
        if count_slips(lower, best.lower()) > most or self._is_word(lower):
            return word
        return best

    def _find_near(self, stem: str, slips: int) -> list[str]:
        """Gives the few stems most like one; a slip in an ending makes a stem longer or shorter."""
        like = [
            (distance, -count, other)
            for other, count in self._words.beginning_with(stem[:1])
            if abs(len(other) - len(stem)) <= slips + ENDING
            and (distance := count_slips(stem, other)) <= slips + ENDING
        ]
        return [other for _, _, other in heapq.nsmallest(NEAR, like)]

    def _spell_out(self, stem: str, word: str) -> str:
        """Gives the library's own word with this stem that is most like a word; empty for none."""
        ids = [chunk_id for chunk_id, _ in self._words.search(stem, SHOWN_BY)]
        texts = (chunk.text for chunk in self._store.chunks(ids).values())
        spelt = Counter(w for text in texts for w in WORD.findall(text) if w.isalpha())
        like = [
            (count_slips(word, w.lower()), -count, w[0].isupper(), w)
            for w, count in spelt.items()
            if self._words.stem(w.lower()) == stem
        ]
        return min(like)[3] if like else ""


def count_slips(one: str, other: str) -> int:
    """Gives the letters left out, put in, exchanged or swapped with the next between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                least = min(least, above[j - 2] + 1)
            row.append(least)
    return row[-1]
