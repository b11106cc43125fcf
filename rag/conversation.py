"""A follow-up and what was said before to a question that stands alone, by rule.

Provisional: it knows "and X?", "what about X?", bare question words and pronouns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.records import Turn

WHAT_ABOUT = re.compile(
    r"^(?:and|but|so|or)?\s*(?:(?:what|how)\s+about\s+|and\s+)(?P<topic>[^?]+?)\s*\?*$",
    re.IGNORECASE,
)
BARE_QUESTION = re.compile(r"^(?:and\s+)?(?:why|when|where|how|who|since when|how so)\s*\?*$", re.I)
PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|then)\b", re.I
)
QUESTION_WORD = re.compile(
    r"^(?:who|what|when|where|which|why|how|is|are|was|were|do|does|did)\b", re.I
)
NAME = r"(?:[A-Z][\w’'-]*|[A-Z]{2,})"
SUBJECT = re.compile(
    rf"\b(?:[Tt]he\s+)?{NAME}(?:\s+(?:of(?:\s+the)?|and|for|de)\s+{NAME}|\s+{NAME})*"
    r"|\b(?:the)\s+(?:[a-z]+\s+){0,2}[a-z]+(?=\s+(?:want|wants|say|says|do|propose|think|plan)\b)"
)


def stand_alone(question: str, turns: Sequence[Turn]) -> str:
    """Gives the question as it would be asked without what was said before.

    A question that stands alone already, or that nothing came before, comes back as it is.
    """
    if not turns:
        return question
    last = turns[-1]
    about = WHAT_ABOUT.match(question.strip())
    if about and not QUESTION_WORD.match(about["topic"]):
        return _swap_subject(last.question, about["topic"])
    if BARE_QUESTION.match(question.strip()):
        return f"{question.strip().rstrip('?')}: {last.question}"
    if PRONOUN.search(question) and not SUBJECT.search(_without_first_word(question)):
        return _name_pronoun(question, last)
    return question


def _swap_subject(previous: str, topic: str) -> str:
    subject = SUBJECT.search(previous, pos=_first_word_end(previous))
    if subject is None:
        return f"{previous.rstrip(' ?')}, {topic}?"
    return previous[: subject.start()] + topic + previous[subject.end() :]


def _name_pronoun(question: str, last: Turn) -> str:
    subject = SUBJECT.search(last.question, pos=_first_word_end(last.question))
    topic = subject.group() if subject else last.question.rstrip(" ?")
    return f"{question.rstrip(' ?')} ({topic})?"


def _first_word_end(text: str) -> int:
    """The first word of a question is a capital by position, not by being a name."""
    word = re.match(r"\W*\w+", text)
    return word.end() if word else 0


def _without_first_word(text: str) -> str:
    return text[_first_word_end(text) :]
