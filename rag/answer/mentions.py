"""Which documents mention a thing, and where each does so first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from rag.answer.material import ReadableStore
from rag.answer.quotation import Quotation, quote_span
from rag.question import Question
from rag.records import Passage, Span, StoredChunk
from rag.sentences import split_sentences
from rag.statements import find_statements
from rag.terms import WORD, extract_terms, stem

MOST_PASSAGES = 2000  # that are looked at; a word that more of them have tells no document apart
MOST_LISTED = 20  # documents


class WordSearch(Protocol):
    """Gives (chunk id, score) of the chunks that have words of a query, best first."""

    def search(
        self, query: str, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]: ...


@dataclass(frozen=True, slots=True)
class Mention:
    """The first sentence of a document that names something.

    Attributes:
        sentence: its range in the document.
        words: the words that name it.
        passages: how many passages of the document do.
    """

    passage: Passage
    sentence: Span
    words: Span
    passages: int


def find_mentions(
    store: ReadableStore, words: WordSearch, topic: str, documents: Collection[str] | None = None
) -> list[Mention]:
    """Gives a mention for each document with a sentence that has all words of a topic.

    The documents that speak of it in most passages come first. It is looked for in every passage
    that has a word of it, ``MOST_PASSAGES`` at most, not only in those that a question finds.
    """
    wanted = frozenset(extract_terms(topic))
    if not wanted:
        return []
    ids = [id_ for id_, _ in words.search(topic, MOST_PASSAGES, documents)]
    found: dict[str, list[tuple[StoredChunk, tuple[int, int]]]] = defaultdict(list)
    for chunk in store.chunks(ids).values():
        place = _find_sentence(chunk.text, wanted)
        if place:
            found[chunk.document_id].append((chunk, place))
    mentions = []
    for document in store.documents():
        places = sorted(found.get(document.id, ()), key=lambda place: place[0].start)
        if places:
            chunk, (start, end) = places[0]
            passage = Passage(
                chunk.id,
                document,
                chunk.start,
                chunk.end,
                chunk.text,
                chunk.headings,
                chunk.page,
                1.0,
            )
            first, last = _find_words(chunk.text, start, end, wanted)
            mentions.append(
                Mention(
                    passage,
                    Span(0, chunk.start + start, chunk.start + end, 1.0),
                    Span(0, chunk.start + first, chunk.start + last, 1.0),
                    len(places),
                )
            )
    return sorted(mentions, key=lambda mention: -mention.passages)


def quote_mention(asked: Question, mention: Mention, number: int) -> Quotation:
    """Gives the sentence of a mention as it is shown; ``number`` is its passage's."""
    sentence = replace(mention.sentence, passage=number)
    quotation = quote_span(asked, mention.passage, sentence, whole=True)
    return replace(quotation, span=replace(mention.words, passage=number))


def tell_count(topic: str, count: int, of: int) -> str:
    """Says how many documents of how many mention a topic."""
    verb = "mentions" if count == 1 else "mention"
    first = f" These {MOST_LISTED} do most." if count > MOST_LISTED else ""
    return f"{count:,} of {of:,} documents {verb} “{topic}”.{first}"


def _find_sentence(text: str, wanted: frozenset[str]) -> tuple[int, int] | None:
    """Gives the first statement that has all terms, or else a heading that has."""
    statements = ((s.start, s.end) for s in find_statements(text))
    for start, end in chain(statements, split_sentences(text)):
        if wanted <= set(extract_terms(text[start:end])):
            return start, end
    return None


def _find_words(text: str, start: int, end: int, wanted: frozenset[str]) -> tuple[int, int]:
    """Gives the first run of words of the topic in a sentence."""
    run: tuple[int, int] | None = None
    for word in WORD.finditer(text, start, end):
        is_wanted = stem(word[0].lower().replace("’", "'")) in wanted
        if is_wanted:
            run = (run[0] if run else word.start(), word.end())
        elif run:
            break
    return run or (start, end)
