"""A library, a document or a topic to the few sentences that say what it is about.

Extractive: sentences are scored as in MEAD (Radev, Jing, Styś and Tam, "Centroid-based
summarization of multiple documents", 2004) by how near they lie to the centroid and by their
position, with Edmundson's cue and title words (1969), and chosen one after the other by maximal
marginal relevance (Carbonell and Goldstein, 1998), so that none says what another said. The
centroid of meaning comes from the vectors that the library keeps; no text is embedded anew.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answer.anaphora import find_antecedent
from rag.answer.standalone import CUE, is_whole, stands_alone
from rag.quote import ITEM_MARK
from rag.records import Passage, Span
from rag.sentences import split_sentences
from rag.terms import extract_terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

SENTENCES = 5
EACH_DOCUMENT = 1  # of many documents, one sentence; of a few, as many as there is room for
MANY_DOCUMENTS = 4
ON_TOPIC = 3  # sentences of one document about a topic; another may have as many

# Chosen by hand on the sample corpus; they add up to 1 with the cue.
VECTOR_WEIGHT, WORD_WEIGHT, POSITION_WEIGHT, TITLE_WEIGHT, CUE_WEIGHT = 0.2, 0.25, 0.2, 0.2, 0.15
DIVERSITY = 0.3  # of the marginal relevance: what a sentence repeats counts against it
SHORTEST_CUE = 12  # words: "This note follows the law from start to finish." tells nothing
LONGEST_SUBJECT = 3  # terms
FRONT = 12  # sentences after which a position counts half as much

DEFINES = re.compile(r"\s(?:is|are|was|stands\s+for|means)\s")


@dataclass(frozen=True, slots=True)
class _Found:
    """A sentence in its passage's text; ``position`` counts the document's sentences before it."""

    passage: int
    start: int
    end: int
    position: int
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    span: Span
    terms: frozenset[str]
    document: str


def summarise(
    passages: Sequence[Passage], vectors: Mapping[int, Vector], topic: str = ""
) -> list[Span]:
    """Gives the sentences of a summary in reading order, most of them from different documents.

    Args:
        passages: what is to be summarised, the documents' most important one first.
        vectors: of the passages, by chunk id; a passage may lack one.
        topic: where it is given, only sentences that have one of its words are taken.
    """
    candidates = _score(passages, vectors, topic)
    chosen: list[_Candidate] = []
    room = ON_TOPIC if topic else _room_for_each(passages)
    if room == EACH_DOCUMENT:
        candidates = _keep_best_of_each(candidates)
    while candidates and len(chosen) < SENTENCES:
        best = max(candidates, key=lambda c: (_marginal(c, chosen), -c.span.passage, -c.span.start))
        chosen.append(best)
        taken = Counter(candidate.document for candidate in chosen)
        candidates = [c for c in candidates if c is not best and taken[c.document] < room]
    order = {document: n for n, document in enumerate(dict.fromkeys(c.document for c in chosen))}
    chosen.sort(key=lambda c: (order[c.document], c.span.start))
    return [candidate.span for candidate in chosen]


def _room_for_each(passages: Sequence[Passage]) -> int:
    documents = len({passage.document.id for passage in passages})
    return (
        EACH_DOCUMENT if documents >= MANY_DOCUMENTS else math.ceil(SENTENCES / max(documents, 1))
    )


def _keep_best_of_each(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Gives the best sentence of each document: which document is shown must not cost it that."""
    best: dict[str, _Candidate] = {}
    for candidate in candidates:
        other = best.setdefault(candidate.document, candidate)
        if candidate.span.score > other.span.score:
            best[candidate.document] = candidate
    return list(best.values())


def _marginal(candidate: _Candidate, chosen: Sequence[_Candidate]) -> float:
    repeated = max((_likeness(candidate.terms, other.terms) for other in chosen), default=0.0)
    return (1 - DIVERSITY) * candidate.span.score - DIVERSITY * repeated


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / math.sqrt(len(one) * len(other)) if one and other else 0.0


def _score(
    passages: Sequence[Passage], vectors: Mapping[int, Vector], topic: str
) -> list[_Candidate]:
    wanted = frozenset(extract_terms(topic))
    found = list(_find_sentences(passages, wanted))
    weights = _weigh_terms([sentence.terms for sentence in found])
    nearness = _measure_nearness(passages, vectors)
    most = max((_mean_weight(sentence.terms, weights) for sentence in found), default=0.0) or 1.0
    candidates = []
    for sentence in found:
        passage, terms = passages[sentence.passage], sentence.terms
        title = wanted or frozenset(extract_terms(passage.document.title))
        if wanted and not wanted & terms:
            continue
        score = (
            VECTOR_WEIGHT * nearness.get(passage.chunk_id, 0.0)
            + WORD_WEIGHT * _mean_weight(terms, weights) / most
            + POSITION_WEIGHT * FRONT / (FRONT + sentence.position)
            + TITLE_WEIGHT * (len(title & terms) / len(title) if title else 0.0)
            + CUE_WEIGHT * _is_cue(passage.text[sentence.start : sentence.end], title)
        )
        start, end = passage.start + sentence.start, passage.start + sentence.end
        span = Span(sentence.passage, start, end, min(max(score, 0.0), 1.0))
        candidates.append(_Candidate(span, terms, passage.document.id))
    return candidates


def _is_cue(sentence: str, title: frozenset[str]) -> bool:
    """True for "This report follows …", and for "A stablecoin is …" where that is the subject."""
    if CUE.search(sentence) and len(sentence.split()) >= SHORTEST_CUE:
        return True
    subject = DEFINES.split(sentence, maxsplit=1)[0]
    defined = extract_terms(subject)
    return 0 < len(defined) <= LONGEST_SUBJECT and subject != sentence and set(defined) <= title


def _find_sentences(passages: Sequence[Passage], wanted: frozenset[str]) -> Iterator[_Found]:
    before: Counter[str] = Counter()
    for n, passage in enumerate(passages):
        text = passage.text
        for start, end in split_sentences(text):
            position = before[passage.document.id]
            before[passage.document.id] += 1
            sentence = text[start:end]
            if ITEM_MARK.match(sentence):
                continue  # an item of a list is a part of something else that is not quoted
            terms = frozenset(extract_terms(sentence))
            if not stands_alone(sentence):
                # "It speaks for miners" is about the topic where "it" certainly is the topic.
                name = find_antecedent(text, start, passage.headings).name if wanted else ""
                named = wanted & set(extract_terms(name))
                if not named or not is_whole(sentence):
                    continue
                terms |= named
            yield _Found(n, start, end, position, terms)


def _weigh_terms(bags: Sequence[frozenset[str]]) -> dict[str, float]:
    """Gives the share of sentences that have a term; one that stands once says nothing central."""
    counts = Counter(term for bag in bags for term in bag)
    return {term: math.log1p(count) for term, count in counts.items() if count > 1}


def _mean_weight(terms: frozenset[str], weights: Mapping[str, float]) -> float:
    return sum(weights.get(term, 0.0) for term in terms) / (len(terms) or 1)


def _measure_nearness(
    passages: Sequence[Passage], vectors: Mapping[int, Vector]
) -> dict[int, float]:
    """Gives the cosine of each passage with the centroid of all."""
    import numpy as np

    known = [p.chunk_id for p in passages if p.chunk_id in vectors]
    if not known:
        return {}
    rows = np.array([vectors[chunk_id] for chunk_id in known], dtype=np.float32)
    centroid = rows.mean(axis=0)
    cosines = rows @ (centroid / (np.linalg.norm(centroid) or 1.0))
    return dict(zip(known, (float(cosine) for cosine in cosines), strict=True))
