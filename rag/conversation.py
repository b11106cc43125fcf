"""A follow-up and what was said before to a question that stands alone, by rule.

It knows "and X?", "what about X?", bare question words and pronouns. A pronoun stands for the
subject of the question before, "she" for the person that its answer names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.records import Turn
from rag.terms import extract_terms

BEGINNING = re.compile(r"^(?:and|but|so|or)\b[\s,]*", re.I)
WHAT_ABOUT = re.compile(
    r"^(?:(?:and|but|so|or)\b[\s,]*)?(?:(?:what|how)\s+about|and)\s+(?P<topic>[^?]+?)\s*\?*$", re.I
)
BARE_QUESTION = re.compile(
    r"^(?:and\s+|but\s+)?(?:why|when|where|how|who|since when|how so|why not)\s*\?*$", re.I
)
PERSONAL = re.compile(r"\b(?:it|they|them|he|him|she)\b|\b(?:its|their|his|her)\b(?=\s+\w)", re.I)
POSSESSIVE = frozenset({"its", "their", "his", "her"})
PERSON = frozenset({"he", "him", "his", "she", "her"})
POINTING = re.compile(
    r"\b(?:this|these|those|then|that(?=\W*$|\s+(?:is|was|did|does|has|had|will)\b))\b", re.I
)
AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)"
)
QUESTION_WORD = re.compile(rf"^(?:who|what|when|where|which|why|how|since|{AUXILIARY})\b", re.I)
PREPOSITION = r"(?:in|on|at|for|by|under|since|until|before|after|during|with|without|from|to)"
# What stands before the subject of a question: "how much did", "who heads", "tell me about".
OPENING = re.compile(
    rf"^(?:(?:\S+\s+){{0,4}}?{AUXILIARY}(?:n['’]t)?\s+|(?:tell\s+me|what|how)\s+(?:more\s+)?about\s+"
    r"|(?:who|what|which)\s+\S+\s+|\w+\s+)",
    re.I,
)
# What stands behind it.
PREDICATE = re.compile(
    rf"\s+(?:(?<!of )(?<!for )(?:an?|the)|{AUXILIARY}|{PREPOSITION}|when|if|that|which|who|about"
    r"|ever|want|say|think|mean|propose|plan|ask|come|begin|start|differ|work|favou?r|\w+ed)\b.*$",
    re.I,
)
NAME = r"[A-Z][\w’'-]*"
NAMES = re.compile(rf"{NAME}(?:\s+(?:of(?:\s+the)?\s+)?{NAME})*")
PERSON_NAMED = re.compile(r"\b[A-Z][a-z’'-]+\s+(?:[A-Z]\.\s+)?[A-Z][a-z’'-]+\b")
LONGEST_SUBJECT = 8  # words


@dataclass(frozen=True, slots=True)
class _Said:
    """A question as it stands alone, what it is about, and what was answered."""

    question: str
    subject: str | None
    answer: str = ""


def stand_alone(question: str, turns: Sequence[Turn]) -> str:
    """Gives the question as it would be asked without what was said before.

    A question that stands alone already, or that nothing came before, comes back as it is.
    """
    before: _Said | None = None
    for turn in turns:
        before = replace(_resolve(turn.question, before), answer=turn.answer)
    return _resolve(question, before).question


def _resolve(question: str, before: _Said | None) -> _Said:
    asked = question.strip()
    if before is None:
        return _Said(question, _find_subject(asked))
    if BARE_QUESTION.match(asked):
        bare = BEGINNING.sub("", asked).rstrip(" ?")
        return _Said(f"{bare}: {before.question}", before.subject)
    about = WHAT_ABOUT.match(asked)
    if about and not QUESTION_WORD.match(about["topic"]):
        return _swap_topic(before, about["topic"])
    own = NAMES.search(asked, pos=_first_word_end(asked))
    for pronoun in (PERSONAL.search(asked), POINTING.search(asked)):
        if pronoun and not (own and own.start() < pronoun.start()):
            return _name(asked, pronoun, before)
    return _Said(question, _find_subject(asked))


def _name(asked: str, pronoun: re.Match[str], before: _Said) -> _Said:
    """Puts what is spoken of in a pronoun's place, or behind the question."""
    word = pronoun[0].lower()
    subject = (word in PERSON and _find_person(before)) or before.subject
    if subject is None or POINTING.fullmatch(word):
        meant = subject or before.question.rstrip(" ?")
        return _Said(f"{BEGINNING.sub('', asked).rstrip(' ?')} ({meant})?", before.subject)
    owner = f"{subject}’s" if word in POSSESSIVE else subject
    named = asked[: pronoun.start()] + owner + asked[pronoun.end() :]
    return _Said(BEGINNING.sub("", named), subject)


def _swap_topic(before: _Said, topic: str) -> _Said:
    """Asks the question before anew, of another topic, time or place."""
    preposition = re.match(rf"{PREPOSITION}\b", topic, re.I)
    if preposition:
        place = rf"\s+{preposition[0]}\s+(?:{NAME}|\d+)(?:\s+(?:{NAME}|\d+))*"
        bare = re.sub(place, "", before.question).rstrip(" ?")
        return _Said(f"{bare} {topic}?", before.subject)
    if before.subject is None or before.subject not in before.question:
        return _Said(f"{before.question.rstrip(' ?')}, {topic}?", topic)
    return _Said(before.question.replace(before.subject, topic, 1), topic)


def _find_subject(question: str) -> str | None:
    """Gives what a question asks about; None where no rule tells."""
    rest = OPENING.sub("", question.strip(" ?!."), count=1)
    subject = PREDICATE.sub("", rest)
    names = NAMES.match(subject)
    if names:
        subject = names[0]
    few = len(subject.split()) <= LONGEST_SUBJECT
    return subject if few and extract_terms(subject) else None


def _find_person(before: _Said) -> str | None:
    asks_who = before.question.lower().startswith("who")
    named = PERSON_NAMED.search(before.answer) if asks_who else None
    return named[0] if named else None


def _first_word_end(text: str) -> int:
    """The first word of a question is a capital by position, not by being a name."""
    word = re.match(r"\W*\w+", text)
    return word.end() if word else 0
