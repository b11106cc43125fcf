"""A follow-up and what was said before to a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.conversation.antecedents import Ambiguous, Kind, Said, find_antecedent, find_topic
from rag.conversation.fragments import complete_fragment, find_statement
from rag.conversation.lexicon import AUXILIARIES, PREPOSITIONS, SPEAKING
from rag.conversation.ordinals import NoSuchItem, replace_ordinal
from rag.conversation.phrases import Phrase, find_phrases
from rag.records import Turn
from rag.terms import extract_terms, stem

MOST_TURNS = 12  # before the last are not looked at
FEW_TERMS = 2
LONGEST_NOUN = 6  # words of what "the bill" is named in full


@dataclass(frozen=True, slots=True)
class Resolution:
    """A question that stands alone; or, where that is not possible, a line that asks back."""

    question: str
    ask_back: str = ""


def resolve(question: str, turns: Sequence[Turn]) -> Resolution:
    """Gives the question as it would be asked without what was said before.

    A question that stands alone already, or that nothing came before, comes back as it is.
    """
    said: list[Said] = []
    for turn in turns[-MOST_TURNS:]:
        resolved, topic = _resolve(turn.question, said)
        said.append(Said(resolved.question, turn.answer, topic))
    return _resolve(question, said)[0]


def _resolve(question: str, said: Sequence[Said]) -> tuple[Resolution, Phrase | None]:
    if not said:
        return Resolution(question), find_topic(question)
    try:
        text = replace_ordinal(question, said[-1])
        if text != question and (alone := ABOUT_ITEM.fullmatch(question.strip())):
            text = f"tell me about {text.strip()[alone.end('about') : ].rstrip(' ?!.')}"
        whole = None if text != question else complete_fragment(text, said)
        if whole is not None:
            return Resolution(whole), find_topic(whole) 
        text, topic = _name_pronouns(text, said)
        if topic is None:
            text, topic = _name_nouns(text, said)
        if topic is None:
            text, topic = _carry_topic(text, said)
    except Ambiguous as several:
        asked = " or ".join(several.names[:3])
        return Resolution(question, f"Do you mean {asked}?"), None
    except NoSuchItem as missing:
        return Resolution(question, str(missing)), None
    return Resolution(text), topic or find_topic(text) or said[-1].topic


ABOUT_ITEM = re.compile(
    r"(?P<about>(?:(?:and|but|or)\b\s*)?(?:(?:what|how)\s+about\s+)?)"
    r"(?:the\s+\w+(?:\s+\w+)?|\w+\s+#?\d+)\s*[?!.]*",
    re.I,
)

# Pronouns.

PRONOUN = re.compile(
    r"\b(?P<word>it|its|they|them|their|theirs|he|him|his|she|her|hers|there|ones?"
    r"|(?:this|that|these|those)(?=\s*(?:$|[?.!,]|(?:is|are|was|were|has|have|had|do|does|did|can|will)\b)))(?![’'\w-])",
    re.I,
)
EXPLETIVE = re.compile(
    r"\b(?:is|was|be|isn['’]t|wasn['’]t)\s+it\s+(?:(?:not|also|still|ever|really)\s+)?\w+\s+"
    r"(?:that|to|for\s+\w+\s+to|if|whether)\b|\bit\s+(?:is|was|be|would\s+be)\s+(?:\w+\s+)?"
    r"(?:that|to|who|like\s+to)\b|\b(?:does|did|do|will)\s+it\s+(?:take|mean\s+to|matter|seem)\b"
    r"|\bit\s+(?:takes|seems|appears|turns)\b|\bit\s+rains?\b|what\s+is\s+it\s+like|\bwas\s+it\s+(?:that|who)\b",
    re.I,
)
THERE_IS = re.compile(r"\bthere\s+(?:is|are|was|were|be|been|any)\b|\b(?:is|are|was|were|will|has|have)\s+there\b", re.I)
CLAUSE = re.compile(r"(?:[,;:.?!]|\b(?:and|but|or|if|when|because|while|that|who|which|than)\b)", re.I)
KIND: dict[str, Kind] = {
    "it": "thing", "its": "thing", "this": "thing", "that": "thing",
    "they": "several", "them": "several", "their": "several", "theirs": "several",
    "these": "several", "those": "several",
    "he": "person", "him": "person", "his": "person",
    "she": "person", "her": "person", "hers": "person",
}  # fmt: skip
OWNING = frozenset({"its", "their", "his"})


def _name_pronouns(text: str, said: Sequence[Said]) -> tuple[str, Phrase | None]:
    named: dict[Kind, Phrase] = {}
    pieces: list[str] = []
    end = 0
    for found in PRONOUN.finditer(text):
        word = found["word"].lower()
        kind = KIND.get(word)
        if kind is None or kind in named or _is_empty(text, found) or _is_inside(text, found.start()):
            continue
        if word in {"that", "this"} and _is_statement(text, found.start()):
            statement = find_statement(said[-1])
            if statement:
                pieces += [text[end : found.end()], f" ({statement})"]
                end = found.end()
            continue
        phrase = find_antecedent(kind, said)
        if phrase is None:
            continue
        named[kind] = phrase
        owns = word in OWNING or (word == "her" and _owns(text, found.end()))
        pieces += [text[end : found.start()], _own(phrase) if owns else phrase.text]
        end = found.end()
    changed = "".join((*pieces, text[end:]))
    return changed, next(iter(named.values()), None)


def _is_statement(text: str, place: int) -> bool:
    """Whether "that" is what was said or done: "when did they say that?"."""
    before = re.search(r"(\w+)\s+$", text[:place])
    return bool(before) and stem(before[1].lower()) in SPEAKING if before else False


def _own(phrase: Phrase) -> str:
    return f"{phrase.text}’" if phrase.is_plural and phrase.text.endswith("s") else f"{phrase.text}’s"


def _owns(text: str, end: int) -> bool:
    following = re.match(r"\s+([a-z]+)", text[end:])
    return bool(following) and following[1] not in PREPOSITIONS | AUXILIARIES if following else False


def _is_empty(text: str, found: re.Match[str]) -> bool:
    """Whether the pronoun means nothing: "is it true that …"."""
    patterns = (EXPLETIVE, THERE_IS)
    return any(
        e.start() <= found.start() and found.end() <= e.end()
        for pattern in patterns
        for e in pattern.finditer(text)
    )


def _is_inside(text: str, place: int) -> bool:
    """Whether a pronoun means what the same question names in a clause before."""
    before = text[:place]
    breaks = [m.start() for m in CLAUSE.finditer(before)]
    if not breaks:
        return False
    return any(p.end <= breaks[-1] and not p.is_relational for p in find_phrases(before))


# Definite noun phrases.

DEFINITE = re.compile(r"\b(?:the|this|that|these|those)\s+(?:same\s+)?(?P<noun>[a-z][\w-]+)(?=\s*[?.!,]|\s+(?!of\b)[a-z]|$)", re.I)


def _name_nouns(text: str, said: Sequence[Said]) -> tuple[str, Phrase | None]:
    """Names "the bill" in full, as it was named before."""
    here = find_phrases(text)
    for found in DEFINITE.finditer(text):
        noun = found["noun"].lower()
        if not any(p.head == noun and p.end == found.end() for p in here):
            continue
        for turn in reversed(said):
            for phrase in (*find_phrases(turn.question), *find_phrases(turn.answer[:600])):
                if phrase.head == noun and 1 < len(phrase.text.split()) - phrase.is_definite <= LONGEST_NOUN:
                    return text[: found.start()] + phrase.text + text[found.end() :], phrase
    return text, None


# Questions that name nothing.

def _carry_topic(text: str, said: Sequence[Said]) -> tuple[str, Phrase | None]:
    topic = find_antecedent("any", said)
    if topic is None or not is_short_of_content(text):
        return text, None
    if topic.terms & set(extract_terms(text)):
        return text, None
    bare = text.rstrip(" ?!.")
    mark = "?" if text.rstrip().endswith("?") else text.rstrip()[len(bare):] 
    phrases = find_phrases(bare)
    if phrases and phrases[-1].end == len(bare) and phrases[-1].is_relational:
        return f"{bare} of {topic.text}{mark}", topic
    return f"{bare} ({topic.text}){mark or ''}", topic


OWN_SUBJECT = re.compile(r"(?:tell\s+me|describe|define|explain|(?:what|who)(?:['’]s|\s+(?:is|are|was|were))\s+(?!the\b|some\b|other\b|its\b))", re.I)
import os
V=os.environ.get("V","b")

def is_short_of_content(text: str) -> bool:
    phrases = find_phrases(text)
    terms=extract_terms(text)
    names=any(p.is_name for p in phrases)
    relational=any(p.is_relational and " of " not in p.text and "’s" not in p.text for p in phrases)
    definite=any(p.is_definite and len(p.text.split())==2 for p in phrases)
    other=bool(re.search(r"\b(?:other|others|else|same|similar|the\s+(?:\w+est|best|worst|most|least|next|only))\b",text,re.I))
    if V=="a":  # strict
        return not names and len(phrases)<=1 and (relational or definite or other or not phrases)
    if V=="b":
        return not names and (relational or definite or other or not phrases)
    if V=="c":
        return (not names and (len(terms)<=3 and not OWN_SUBJECT.match(text))) or (relational or definite or other)
    if V=="d":
        return (not names and (relational or definite or other or (len(terms)<=2 and not OWN_SUBJECT.match(text))))
    if V=="e":
        return not names or relational or definite or other
    if V=="f": return relational or definite or other or not phrases
    return False
