"""What an overview is made from: the passages of the library, of named documents, or on a topic."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rag.records import Document, Passage, StoredChunk
from rag.terms import WORD, extract_terms, stem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_DOCUMENTS = 200  # of a library whose overview is asked for; a survey, not an inventory
FIRST_CHUNKS = 3  # of each of them: what a document is about stands at its beginning
MOST_CHUNKS = 300  # of documents that are named
NAMED_TOGETHER = 3  # documents that one name may mean
LIKE_ENOUGH = 0.8  # of difflib's ratio: "rubel" is "ruble", "annual" is not "manual"
SHORTEST_MISSPELT = 4  # letters

# "the annual report" names a document by its title; "the ban" names what documents speak of.
KIND_OF_DOCUMENT = re.compile(
    r"\b(?:documents?|docs?|reports?|files?|papers?|articles?|pdfs?|guides?|briefings?|memos?"
    r"|digests?|surveys?|reviews?|contracts?|thes[ie]s|books?|manuals?|presentations?|minutes)\b",
    re.I,
)


class ReadableStore(Protocol):
    """What an overview asks of the store."""

    def documents(self) -> list[Document]: ...

    def chunk_ids(self, document_ids: Collection[str]) -> list[int]: ...

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]: ...

    def vectors_of(
        self, chunk_ids: Sequence[int], model: str
    ) -> dict[int, NDArray[np.float32]]: ...


@dataclass(frozen=True, slots=True)
class Material:
    """Passages for an overview with their vectors; ``topic`` is what each sentence must touch."""

    passages: Sequence[Passage]
    vectors: Mapping[int, NDArray[np.float32]]
    topic: str = ""


def gather_library(
    store: ReadableStore, model: str, documents: Collection[str] | None = None
) -> Material:
    """Gives the beginnings of all documents, or the whole of the few that are chosen."""
    known = store.documents()
    chosen = [d for d in known if documents is None or d.id in documents]
    few = len(chosen) <= NAMED_TOGETHER
    return _gather(store, model, chosen[:MOST_DOCUMENTS], MOST_CHUNKS if few else FIRST_CHUNKS)


def gather_named(store: ReadableStore, model: str, documents: Sequence[Document]) -> Material:
    """Gives the whole of documents that a question names."""
    return _gather(store, model, documents, MOST_CHUNKS // max(len(documents), 1))


def gather_topic(
    store: ReadableStore, model: str, topic: str, passages: Sequence[Passage]
) -> Material | None:
    """Gives those retrieved passages that speak of a topic; None where none has all its words."""
    wanted = set(extract_terms(topic))
    bags = [set(extract_terms(" ".join((p.document.title, *p.headings, p.text)))) for p in passages]
    if not wanted or not any(wanted <= bag for bag in bags):
        return None
    about = [p for p, bag in zip(passages, bags, strict=True) if wanted & bag]
    return Material(about, store.vectors_of([p.chunk_id for p in about], model), topic)


def find_named(documents: Sequence[Document], topic: str) -> list[Document]:
    """Gives the few documents whose titles or file names have all words of a topic.

    Small slips of spelling are forgiven. Where more documents fit than a summary can speak of, the
    topic names none of them.
    """
    bags = [_words_of(document) for document in documents]
    known = set().union(*bags) if bags else set()
    wanted = {_correct(word, known) for word in _content_words(KIND_OF_DOCUMENT.sub(" ", topic))}
    if not wanted:
        return []
    found = [d for d, bag in zip(documents, bags, strict=True) if wanted <= {stem(w) for w in bag}]
    return found if len(found) <= NAMED_TOGETHER else []


def speaks_of_a_document(topic: str) -> bool:
    """True for "the annual report": where no document is named so, there is nothing to sum up."""
    return bool(KIND_OF_DOCUMENT.search(topic))


def correct_spelling(topic: str, documents: Sequence[Document]) -> str:
    """Gives a topic with words that only nearly stand in a title spelt as they stand there."""
    known = set().union(*map(_words_of, documents)) if documents else set()
    return WORD.sub(lambda word: _nearest(word[0], known), topic)


def take_turns(passages: Sequence[Passage]) -> list[Passage]:
    """Gives the first passage of each document, then the second of each, and so on."""
    seen: Counter[str] = Counter()
    places = []
    for passage in passages:
        places.append(seen[passage.document.id])
        seen[passage.document.id] += 1
    order = sorted(range(len(passages)), key=lambda index: places[index])
    return [passages[index] for index in order]


def _gather(store: ReadableStore, model: str, documents: Sequence[Document], each: int) -> Material:
    by_id = {document.id: document for document in documents}
    ids = [i for document in documents for i in store.chunk_ids([document.id])[:each]]
    chunks = store.chunks(ids)
    passages = [
        Passage(c.id, by_id[c.document_id], c.start, c.end, c.text, c.headings, c.page, 1.0)
        for c in (chunks[i] for i in ids if i in chunks)
    ]
    return Material(passages, store.vectors_of(ids, model))


def _words_of(document: Document) -> set[str]:
    return set(_plain_words(" ".join((document.title, *document.names))))


def _plain_words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def _content_words(text: str) -> list[str]:
    return [word for word in _plain_words(text) if extract_terms(word)]


def _correct(word: str, known: Collection[str]) -> str:
    return stem(_nearest(word, known).lower())


def _nearest(word: str, known: Collection[str]) -> str:
    lower = word.lower()
    if len(word) < SHORTEST_MISSPELT or not extract_terms(word):
        return word
    if stem(lower) in {stem(other) for other in known}:
        return word
    near = difflib.get_close_matches(lower, sorted(known), 1, LIKE_ENOUGH)
    return near[0] if near else word
