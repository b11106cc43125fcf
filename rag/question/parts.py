"""The single questions inside one that asks for two or three things."""

from __future__ import annotations

import re

from rag.question.forms import ASKING, ASKS, GREETING, strip_courtesy
from rag.terms import extract_terms

MOST_PARTS = 3

PART_BREAK = re.compile(
    rf"[?;!]+\s*(?:and\s+|also\s+|,\s*)*(?=\w)|\.\s+(?={ASKING}\b)"
    rf"|\s*,?\s+(?:and|also|plus|&)\s+(?:also\s+)?(?={ASKING}\s+[a-z’']+\b|why\s*\??$"
    r"|(?:is|are|was|were|does|do|did|can|has|have|will)\s+(?:it|they|he|she)\b)",
    re.I,
)
NO_BREAK = re.compile(r"\b(?:between|compare|contrast|difference|differ)\b", re.I)
SUBJECT_PRONOUN = re.compile(r"\b(?:it|they|he|she|them|him|its|their|his|her)\b", re.I)
POSSESSIVE = frozenset({"its", "their", "his"})
NAMED = re.compile(
    r"\b(?:the|an?)\s+(?P<common>[\w'’-]+(?:\s+(?:of|for)(?:\s+the)?\s+[\w'’-]+|\s+[\w'’-]+){0,3})$"
    r"|(?P<name>(?:[A-Z][\w'’-]*\s+(?:(?:of|for)\s+(?:the\s+)?)?)*[A-Z][\w'’-]*)"
)
LEADING_WORDS = re.compile(
    r"^\w+\s+(?:(?:is|are|was|were|do|does|did|has|have|heads?|runs?)\s+)?(?=\S)", re.I
)
AUXILIARY = re.compile(
    r"\s+(?:want|say|do|does|did|is|are|was|were|has|have|had|will|begin|began|start|come|came|propose"
    r"|ask|favou?r|plan|mean|work|differ|\w+ed)\b.*$",
    re.I,
)


def split_question(text: str) -> tuple[str, ...]:
    """Gives the questions inside one, each to be asked alone; most texts are one question.

    A pronoun of a later part stands for what the part before it names: "who heads the central bank
    and what does it want?" asks "what does the central bank want?".
    """
    text = strip_courtesy(" ".join(text.split()))
    if NO_BREAK.search(text):
        return (text,)
    parts: list[str] = []
    for piece in PART_BREAK.split(text):
        part = piece.strip(" ,")
        bare = strip_courtesy(part)
        if parts and bare.lower().strip(" ?") == "why":
            parts.append(f"why: {parts[-1].rstrip(' ?')}")
        elif parts and ASKS.match(bare) and len(bare.split()) > 1:
            parts.append(_name_pronoun(part, parts[-1]))
        elif part and extract_terms(strip_courtesy(part)):
            if parts:
                return (text,)
            parts.append(part)
        elif part and not GREETING.fullmatch(part.strip(" .!")):
            return (text,)
    return tuple(parts) if 1 < len(parts) <= MOST_PARTS else (text,)


def _name_pronoun(part: str, before: str) -> str:
    pronoun = SUBJECT_PRONOUN.search(part)
    named = _find_named(before)
    if pronoun is None or named is None:
        return part
    owner = f"{named}’s" if pronoun[0].lower() in POSSESSIVE else named
    return part[: pronoun.start()] + owner + part[pronoun.end() :]


def _find_named(text: str) -> str | None:
    """Gives what a question speaks of: the last thing that it names."""
    bare = text.rstrip(" ?!.")
    rest = LEADING_WORDS.sub("", bare)
    shortened = AUXILIARY.sub("", rest)
    for words in (shortened, rest):
        found = list(NAMED.finditer(words))
        if found:
            return found[-1]["name"] or found[-1][0]
    return shortened if len(shortened.split()) <= 3 and extract_terms(shortened) else None
