"""The pronouns of a question, and the phrases that take their place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.conversation.antecedents import Kind, Said, find_antecedent
from rag.conversation.fragments import find_object, find_statement
from rag.conversation.lexicon import AUXILIARIES, PREPOSITIONS, SPEAKING
from rag.conversation.phrases import Phrase, find_phrases
from rag.terms import stem

PRONOUN = re.compile(
    r"\b(?P<word>it|its|they|them|their|theirs|he|him|his|she|her|hers"
    r"|(?:this|that|these|those)(?=\s*(?:$|[?.!,]))"
    r"|(?:(?<=^)|(?<=\bis )|(?<=\bare )|(?<=\bwas )|(?<=\bwere )|(?<=\bdo )|(?<=\bdoes )"
    r"|(?<=\bdid )|(?<=\bhas )|(?<=\bcan )|(?<=\bwill )|(?<=[.,?!] ))(?:this|that|these|those)"
    r"(?=\s+(?:\w+ed|\w+ing|is|are|was|were|has|have|had|do|does|did|can|will|be|been|mean|not|true"
    r"|allowed|legal|possible|help|work|happen|change|apply|still|also|really|ever|a|an|the)\b))"
    r"(?![’'\w-])",
    re.I,
)
BE = r"(?:is|was|be|isn['’]t|wasn['’]t)"
# "is it true that …", "how long does it take": nothing is meant.
EXPLETIVE = re.compile(
    rf"\b{BE}\s+it\s+(?:(?:not|also|still|ever|really|a|an)\s+)?\w+\s+(?:\w+\s+){{0,2}}"
    r"(?:that|to|for\s+\w+\s+to|if|whether|who|when)\b"
    r"|\b(?:does|did|will)\s+it\s+(?:rain|snow)\b|\bit\s+(?:is|was|be|would\s+be)\s+(?:(?:not\s+)?\w+\s+)?(?:that|to|who|like\s+to)\b"
    r"|\b(?:does|did|do|will|would|can)\s+it\s+(?:take|mean\s+(?:to|that|when|if)|matter|seem)\b"
    rf"|\bit\s+(?:takes|took|seems|appears|turns)\b|what\s+{BE}\s+it\s+like"
    rf"|\b{BE}\s+it\s+(?:that|who)\b",
    re.I,
)
CLAUSE = re.compile(
    r"(?:[,;:.?!]|\b(?:and|but|or|if|when|because|while|that|who|which|than|before|after)\b)", re.I
)
KIND: dict[str, Kind] = {
    "it": "thing", "its": "thing", "this": "thing", "that": "thing",
    "they": "several", "them": "several", "their": "several", "theirs": "several",
    "these": "several", "those": "several",
    "he": "person", "him": "person", "his": "person",
    "she": "person", "her": "person", "hers": "person",
}  # fmt: skip
# "who deployed …", "which carrier announced …": the answer is who is meant.
AUX = r"(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|'s|’s)\b"
ASKED_SUBJECT = re.compile(
    rf"\s*(?:who|whose\s+\w+|(?:which|what)(?:\s+(?!{AUX})\w+){{1,3}}?)\s+(?!{AUX})"
    r"\w+(?:ed|s|t|de|id|ew|ote|ld)\b",
    re.I,
)
ONE = {"are": "is", "were": "was", "do": "does", "have": "has"}
MANY_PHRASES = 3
OWNING = frozenset({"its", "their", "his"})


def find_pronouns(text: str, everywhere: bool = False) -> list[tuple[re.Match[str], Kind]]:
    """Gives the pronouns that mean something outside the question.

    Args:
        text: the question.
        everywhere: those too that mean what the same question names before them.
    """
    return [
        (found, KIND[found["word"].lower()])
        for found in PRONOUN.finditer(text)
        if not _is_empty(text, found) and (everywhere or not _is_inside(text, found))
    ]


def name_pronouns(text: str, said: Sequence[Said]) -> tuple[str, Phrase | None]:
    """Puts phrases in the place of pronouns, one for each kind; gives the first phrase too.

    Raises:
        Ambiguous: several phrases are meant with equal right.
    """
    named: dict[Kind, Phrase] = {}
    pieces: list[str] = []
    end = 0
    for found, kind in find_pronouns(text):
        word = found["word"].lower()
        if word in {"that", "this"} and _is_statement(text, found.start()):
            statement = find_statement(said[-1], list(named.values()))
            pieces += [text[end : found.end()], f" ({statement})" if statement else ""]
            end = found.end()
            continue
        phrase = None if kind in named else find_antecedent(kind, said)
        if phrase is not None and (word in {"that", "this"} or phrase in named.values()):
            spoken = find_object(said[-1])
            phrase = Phrase(0, len(spoken), spoken, spoken.split()[-1]) if spoken else phrase
        if phrase is None or phrase in named.values():
            continue
        named[kind] = phrase
        owns = word in OWNING or (word == "her" and _owns(text, found.end()))
        leading = text[end : found.start()]
        if word == "they" and not phrase.is_plural:
            leading = _agree(leading)
        pieces += [leading, _own(phrase) if owns else phrase.text]
        end = found.end()
    changed = "".join((*pieces, text[end:]))
    return changed, next(iter(named.values()), None)


def _agree(leading: str) -> str:
    """Puts the verb before a subject in the singular: "do they" becomes "does the bank"."""
    return re.sub(r"\b(are|were|do|have)(?=\s+$)", lambda m: ONE[m[0].lower()], leading, flags=re.I)


def _is_empty(text: str, found: re.Match[str]) -> bool:
    return any(
        e.start() <= found.start() and found.end() <= e.end() for e in EXPLETIVE.finditer(text)
    )


def _is_inside(text: str, found: re.Match[str]) -> bool:
    """Whether a pronoun means what the same question names before it.

    That is so in a later clause, of an owner ("what did Putin say in his speech?", "who sold its
    army?"), and in a question that names many things.
    """
    before = text[: found.start()]
    phrases = [p for p in find_phrases(before) if not p.is_relational]
    breaks = [m.start() for m in CLAUSE.finditer(before)]
    subject = ASKED_SUBJECT.match(text)
    if breaks and subject and breaks[-1] > subject.end():
        return True
    if breaks and any(p.end <= breaks[-1] for p in phrases):
        return True
    is_owner = found["word"].lower() in OWNING | {"her"} and _owns_or_ends(text, found)
    return len(phrases) >= MANY_PHRASES or (
        is_owner and bool(subject or any(p.is_name for p in phrases))
    )


def _owns_or_ends(text: str, found: re.Match[str]) -> bool:
    return found["word"].lower() != "her" or _owns(text, found.end())


def _is_statement(text: str, place: int) -> bool:
    """Whether "that" is what was said or done: "when did they say that?"."""
    before = re.search(r"(\w+)\s+$", text[:place])
    return before is not None and stem(before[1].lower()) in SPEAKING


def _own(phrase: Phrase) -> str:
    ends_in_s = phrase.is_plural and phrase.text.endswith("s")
    return f"{phrase.text}’" if ends_in_s else f"{phrase.text}’s"


def _owns(text: str, end: int) -> bool:
    """Whether a noun follows: "her plan", not "before her"."""
    following = re.match(r"\s+([a-z]+)", text[end:])
    return following is not None and following[1] not in PREPOSITIONS | AUXILIARIES
