"""“The second one” to the item of the last answer, or its source, that stands at this place."""

from __future__ import annotations

import re

from rag.conversation.antecedents import Said
from rag.conversation.lexicon import AUXILIARIES, DETERMINERS, PREPOSITIONS, VERBS
from rag.sentences import split_sentences
from rag.terms import stem

COUNTS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
NOUNS = r"(?:ones?|items?|points?|options?|of\s+(?:them|these|those))"
SOURCES = r"(?:sources?|documents?|citations?|quotes?|files?)"
ORDINAL = re.compile(
    rf"\bthe\s+(?P<count>{'|'.join(COUNTS)}|\d{{1,2}}(?:st|nd|rd|th)|last|former|latter)"
    rf"(?:\s+(?:(?P<source>{SOURCES})|{NOUNS})(?!\s+(?:to|of|in|on|for|that|which|who|where)\b)"
    r"|(?=\s*[?.!,]*$))"
    r"|\b(?P<numbered>(?:source|document|citation|number|item|point)\s+#?)(?P<number>\d{1,2})\b"
    r"(?!\s+of\b)",
    re.I,
)
LIST_ITEM = re.compile(r"^\s*(?:[-*+•–]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+(?P<item>\S.*)$", re.M)
SERIES = re.compile(
    r"(?P<most>[^,;:.]+(?:,[^,;:.]+)*),?\s+(?:and|or)\s+(?P<last>[^,;:.]+?)(?=[,;:.]|$)"
)
MANY_WORDS = 6  # in an item of a series
ITEM_END = re.compile(
    r"\s+(?:which|that|who|because|while|when|where|but|in|on|by|as|is|are|was|were)\s.*$"
)
LEADS = (
    PREPOSITIONS | AUXILIARIES | frozenset({"namely", "either", "both", "including", "includes"})
)


class NoSuchItem(Exception):
    """The last answer has nothing at the place that is asked for; says so, and asks back."""


def replace_ordinal(question: str, last: Said) -> str:
    """Names what "the second one", "the latter" or "source 2" stands for.

    Raises:
        NoSuchItem: the last answer has no such item or source.
    """
    found = ORDINAL.search(question)
    if found is None:
        return question
    by_source = found["source"] or re.match(r"source|doc|cit", found["numbered"] or "", re.I)
    if by_source:
        items, noun = list(last.sources), "source"
    else:
        items, noun = find_items(last.answer) or list(last.sources), "thing"
    if found["count"] and found["count"].lower() in {"former", "latter"} and len(items) < 2:
        items = find_items(last.question)
    place = _place(found, len(items))
    if not 0 <= place < len(items):
        raise NoSuchItem(_ask_back(len(items), noun))
    return question[: found.start()] + items[place] + question[found.end() :]


def find_items(text: str) -> list[str]:
    """Gives the items of a list in a text: its lines, or "a, b and c" in its first sentence."""
    lines = [m["item"].strip(" .;,") for m in LIST_ITEM.finditer(text)]
    if len(lines) > 1:
        return lines
    for start, end in split_sentences(text):
        items = _split_series(text[start:end])
        if len(items) > 1:
            return items
    return []


def _split_series(sentence: str) -> list[str]:
    for found in SERIES.finditer(sentence):
        pieces = [*found["most"].split(","), found["last"]]
        items = [piece.strip() for piece in pieces if piece.strip()]
        items[0] = _without_lead(items[0])
        items[-1] = ITEM_END.sub("", items[-1])
        if all(len(item.split()) <= MANY_WORDS for item in items):
            return items
    return []


def _without_lead(words: str) -> str:
    """Cuts "It knows" from "It knows asset-referenced tokens"."""
    pieces = words.split()
    for place in range(len(pieces) - 1, 0, -1):
        word = pieces[place - 1].lower()
        if word in LEADS or (stem(word) in VERBS and word not in DETERMINERS):
            return " ".join(pieces[place:])
    return words


def _place(found: re.Match[str], count: int) -> int:
    if found["number"]:
        return int(found["number"]) - 1
    word = found["count"].lower()
    if word in {"last", "latter"}:
        return count - 1 if word == "last" else min(count, 2) - 1
    if word == "former":
        return 0
    return COUNTS.index(word) if word in COUNTS else int(re.sub(r"\D", "", word)) - 1


def _ask_back(count: int, noun: str) -> str:
    if count == 0:
        return f"The last answer has no such {noun}: which one do you mean? Please name it."
    things = f"{count} {noun}s" if count > 1 else f"one {noun}"
    return f"The last answer has {things} only: which one do you mean?"
