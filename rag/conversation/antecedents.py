"""Who or what is meant by a pronoun, or by a question that names nothing: the most salient phrase.

A phrase gains salience by each turn that speaks of it, more by the last than by those before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.conversation.phrases import FULL_NAME, Phrase, find_phrases
from rag.question import read_question
from rag.sentences import split_sentences

Kind = Literal["thing", "person", "several", "any"]

# Chosen by measuring, see docs/decisions/0013-follow-ups.md.
TOPIC, ASKED = 1.0, 0.4
PERSON_NAMED, PERSON_MAYBE = 1.0, 0.2
KEEPS = (0.5, 0.7)  # of its salience from turn to turn: for a pronoun, for what is left unsaid

ASKS_FOR_NAME = re.compile(
    r"(?:who|whom|which|what\s+(?!is|are|was|were|do|does|did|can|has)\w)", re.I
)
LATEST_START = 5  # of the first phrase of an answer that gives a name
READ_CHARACTERS = 600  # of an answer: its first sentences


@dataclass(frozen=True, slots=True)
class Said:
    """One turn, as it was resolved.

    Attributes:
        question: as it stands alone.
        answer: its text.
        topic: what the question is about; None where it names nothing.
        sources: titles of the documents that the answer cites, in order.
        was_unclear: the answer was a line that asks back.
    """

    question: str
    answer: str
    topic: Phrase | None
    sources: tuple[str, ...] = ()
    was_unclear: bool = False


class Ambiguous(Exception):
    """Several phrases are meant with equal right."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)


def find_topic(question: str) -> Phrase | None:
    """Gives what a question is about: "anemia" in "what are the symptoms of anemia?"."""
    phrases = [p for p in find_phrases(question) if not p.is_date]
    candidates = [p for p in phrases if not p.is_relational] or phrases
    return next((p for p in candidates if p.is_name), candidates[0] if candidates else None)


def find_antecedent(kind: Kind, said: Sequence[Said]) -> Phrase | None:
    """Gives the most salient phrase of a kind.

    Raises:
        Ambiguous: two persons are named with equal right.
    """
    sides = read_question(said[-1].question).topics if said else ()
    if len(sides) > 1 and kind == "several":
        joined = " and ".join(sides)
        return Phrase(0, len(joined), joined, joined.split()[-1].lower())
    if len(sides) > 1 and kind == "thing":
        raise Ambiguous(sides)
    salience: dict[frozenset[str], float] = {}
    named: dict[frozenset[str], Phrase] = {}
    keeps = KEEPS[kind == "any"]
    for distance, turn in enumerate(reversed(said)):
        for phrase, weight in _candidates(turn, kind, distance == 0):
            key = phrase.terms
            salience[key] = salience.get(key, 0.0) + weight * keeps**distance
            named.setdefault(key, phrase)
    if not salience and kind != "any":
        return find_antecedent("any", said)
    best = max(salience, key=lambda key: salience[key], default=None)
    return named[best] if best else None


def _candidates(turn: Said, kind: Kind, is_last: bool) -> Iterator[tuple[Phrase, float]]:
    asked = [p for p in find_phrases(turn.question) if not p.is_date and p.terms]
    if kind == "person":
        yield from _persons(turn, asked, is_last)
        return
    answered = _find_answered(turn, kind) if is_last else None
    if answered and kind != "any" and _agrees(answered, kind):
        yield answered, 2 * TOPIC
    if turn.topic and _agrees(turn.topic, kind):
        yield turn.topic, TOPIC
    yield from ((p, ASKED) for p in asked if _agrees(p, kind) and not p.is_relational)


def _persons(turn: Said, asked: Sequence[Phrase], is_last: bool) -> Iterator[tuple[Phrase, float]]:
    persons = {p.terms: p for p in asked if _is_man(p) and p.is_name}
    if not persons and is_last:
        persons = {p.terms: p for p in _persons_of(turn.answer)}
        if len(persons) > 1:
            raise Ambiguous([p.text for p in persons.values()])
    yield from ((p, PERSON_NAMED) for p in persons.values())
    yield from ((p, PERSON_MAYBE) for p in asked if _is_man(p) or _may_be_man(p))


def _agrees(phrase: Phrase, kind: Kind) -> bool:
    if kind == "several":
        return phrase.is_plural or (phrase.is_body and phrase.text[:2].lower() not in {"a ", "an"})
    return kind == "any" or not _is_man(phrase)


def _is_man(phrase: Phrase) -> bool:
    return phrase.is_person and not phrase.is_body


def _may_be_man(phrase: Phrase) -> bool:
    is_word = " " not in phrase.text and not phrase.text.isupper()
    return phrase.is_name and is_word and not phrase.is_body and not phrase.is_place


def _find_answered(turn: Said, kind: Kind) -> Phrase | None:
    """Gives the phrase with which an answer begins that says which or who."""
    asked = ASKS_FOR_NAME.match(turn.question)
    if asked is None:
        return None
    if kind == "thing" and asked[0].lower().startswith("who") and find_phrases(turn.question):
        return None
    head = turn.answer[:READ_CHARACTERS]
    first = next(iter(split_sentences(head)), (0, 0))
    # A space before it: the first word of a sentence is a capital by position.
    phrases = find_phrases(f" {head[slice(*first)]}")
    return phrases[0] if phrases and phrases[0].start <= LATEST_START else None


def _persons_of(answer: str) -> list[Phrase]:
    found = dict.fromkeys(m[0] for m in FULL_NAME.finditer(answer[:READ_CHARACTERS]))
    phrases = [Phrase(0, len(name), name, name.split()[-1].lower()) for name in found]
    return [p for p in phrases if _is_man(p)]
