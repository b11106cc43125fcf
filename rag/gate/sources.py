"""Passages to the sentences that may support what was written."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.gate.words import TOKEN, Reading, read
from rag.instructions import find_instructions
from rag.records import Passage
from rag.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of a passage; ``start`` and ``end`` count in the document."""

    passage: int
    start: int
    end: int
    reading: Reading


@dataclass(frozen=True)
class Token:
    """A folded word of a passage, and where it stands in the document."""

    word: str
    start: int
    end: int


class Sources:
    """All sentences of some passages, with what is needed to compare others with them.

    Paragraphs that speak to a language model are no sources, whatever they state.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self._instructing = [find_instructions(passage.text) for passage in passages]
        self.sentences = [
            Source(index, passage.start + start, passage.start + end, read(passage.text[start:end]))
            for index, passage in enumerate(passages)
            for start, end in split_sentences(passage.text)
            if not self._is_instructing(index, start, end)
        ]
        frequency = Counter(term for s in self.sentences for term in set(s.reading.terms))
        self._most = len(self.sentences) + 1
        self._frequency = frequency

    def weigh(self, term: str) -> float:
        """Gives how much a term counts: the more, the fewer sentences have it."""
        return math.log(1 + self._most / (self._frequency[term] + 0.5))

    def text_of(self, source: Source) -> str:
        """Gives the sentence, exact to the character."""
        passage = self.passages[source.passage]
        return passage.text[source.start - passage.start : source.end - passage.start]

    @cached_property
    def context(self) -> list[Reading]:
        """Gives each passage's title and headings, taken apart."""
        return [read(" . ".join((p.document.title, *p.headings))) for p in self.passages]

    @cached_property
    def names(self) -> list[frozenset[str]]:
        """Gives all terms of each passage, among which a pronoun's name may be."""
        terms: list[set[str]] = [set() for _ in self.passages]
        for source in self.sentences:
            terms[source.passage].update(source.reading.terms)
        return [frozenset(each) for each in terms]

    @cached_property
    def tokens(self) -> list[list[Token]]:
        """Gives the folded words of each passage, with their places."""
        return [
            [
                Token(
                    match.group().replace("’", "'").casefold(),
                    passage.start + match.start(),
                    passage.start + match.end(),
                )
                for match in TOKEN.finditer(passage.text)
                if not self._is_instructing(index, match.start(), match.end())
            ]
            for index, passage in enumerate(self.passages)
        ]

    def _is_instructing(self, passage: int, start: int, end: int) -> bool:
        """True within a paragraph that speaks to a model: what it says supports nothing."""
        return any(s < end and start < e for s, e in self._instructing[passage])


def read_sources(passages: Sequence[Passage]) -> Sources:
    """Takes passages apart, once for all sentences that are held to them."""
    return Sources(passages)
