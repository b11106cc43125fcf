"""Questions that a passage does not answer though it looks as if it did, made by rule from
questions that it answers.

The kinds follow the categories that Rajpurkar, Jia and Liang (2018, "Know What You Don't Know")
found in the unanswerable questions people write: swapped entity, antonym, negation, mutual
exclusion, impossible condition; and the passage that is about the matter but lost the sentence
that says it. A few that come out may be answerable after all; the rules are cautious where a cheap
check helps.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

ENTITY = re.compile(
    r"\b[A-Z][\w-]*(?: (?:of |of the |de |van )?[A-Z][\w-]*)*|\b\d[\d,.]*\d\b|\b\d\b"
)
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])")
YEAR = re.compile(r"(1\d{3}|20\d{2})$")
TIME = re.compile(
    r"\d|\b(january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday|century|centuries|decades?|years?|months?|weeks?|days?|today|yesterday"
    r"|tomorrow|morning|evening|night|spring|summer|autumn|winter|ago|annually|daily)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|billion"
    r"|half|several|many|few|no)\b",
    re.IGNORECASE,
)
PLACE_CUE = re.compile(
    r"\b(in|at|near|from|to|into|on|across|around|where)\s+(the\s+)?[A-Z]"
    r"|\b(city|country|town|river|street|home|here|there)\b"
)
QUESTION_WORDS = frozenset(
    "what when where which who whom whose why how is are was were did does do has have had"
    " can could would will should in on at for from by to of during the a an after before"
    " according name what's".split()
)
STOP_WORDS = QUESTION_WORDS | frozenset(
    "it its they their he she his her this that these those be been being with as and or"
    " there".split()
)
OPENING = re.compile(
    r"^((?:what|where|when|why|how|who|whom)(?=\s+(?:did|does|do|has|have|had|can|could|would|will|should)\s)"
    r"|(?:where|when|why)(?=\s+(?:was|were|is|are)\s))\s+\w+\s+(?=\S+\s+\S+)",
    re.IGNORECASE,
)
NEGATABLE = re.compile(
    r"\b(did|does|do|was|were|is|are|has|have|had|could|would|should)\b", re.IGNORECASE
)

OPPOSITES_TEXT = """
first/last first/second before/after earliest/latest earlier/later early/late largest/smallest
larger/smaller large/small biggest/smallest bigger/smaller big/small highest/lowest higher/lower
high/low most/least more/less more/fewer longest/shortest longer/shorter long/short
oldest/youngest older/younger old/new best/worst better/worse good/bad strongest/weakest
stronger/weaker strong/weak fastest/slowest faster/slower fast/slow maximum/minimum north/south
northern/southern northeast/southwest northwest/southeast east/west eastern/western male/female
men/women man/woman father/mother son/daughter sons/daughters brother/sister husband/wife
king/queen buy/sell bought/sold open/close opened/closed rise/fall rose/fell increase/decrease
increased/decreased increasing/decreasing gain/lose gained/lost win/lose won/lost allow/forbid
allowed/forbidden allows/forbids support/oppose supported/opposed supports/opposes accept/reject
accepted/rejected positive/negative internal/external public/private advantage/disadvantage
advantages/disadvantages above/below attacked/defended arrived/left arrive/leave import/export
imported/exported majority/minority always/never include/exclude included/excluded
includes/excludes create/destroy created/destroyed built/demolished start/stop started/stopped
begin/end began/ended beginning/end strength/weakness rich/poor easy/difficult same/different
inside/outside entered/left joined/left founded/dissolved established/abolished future/past
urban/rural summer/winter day/night liberal/conservative successful/unsuccessful legal/illegal
possible/impossible necessary/unnecessary similar/different major/minor main/secondary common/rare
modern/ancient upper/lower success/failure cause/prevent caused/prevented agreed/refused
agree/refuse appointed/dismissed married/divorced protect/harm protected/harmed
encourage/discourage encouraged/discouraged remember/forget friend/enemy true/false simple/complex
reduce/raise reduced/raised known/unknown popular/unpopular likely/unlikely able/unable
"""


def _opposites() -> dict[str, list[str]]:
    table: dict[str, list[str]] = defaultdict(list)
    for pair in OPPOSITES_TEXT.split():
        one, other = pair.split("/")
        table[one].append(other)
        table[other].append(one)
    return dict(table)


OPPOSITES = _opposites()


@dataclass(frozen=True)
class Case:
    """An answerable question; its answer begins at character ``answer_start`` of the context."""

    title: str
    context: str
    question: str
    answer_start: int
    answer: str


@dataclass(frozen=True)
class Pool:
    """Names and numbers to swap in: those of each title, in order of first sight, and those of all
    titles.
    """

    by_title: Mapping[str, tuple[str, ...]]
    all: tuple[str, ...]

    @classmethod
    def of(cls, passages: Iterable[tuple[str, str]]) -> Pool:
        """The entities found in ``(title, context)`` pairs; a context seen before is skipped."""
        seen: set[str] = set()
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for title, context in passages:
            if context not in seen:
                seen.add(context)
                found[title].update(dict.fromkeys(entities(context)))
        by_title = {title: tuple(names) for title, names in found.items()}
        return cls(
            by_title, tuple(dict.fromkeys(name for names in by_title.values() for name in names))
        )


def entities(text: str) -> list[str]:
    """Names (capitalised words in a row) and numbers of a text, without single words that only
    open a sentence.
    """
    openings = {start for start, _ in sentence_ranges(text)}
    found = []
    for match in ENTITY.finditer(text):
        words = match.group()
        opens = match.start() in openings and " " not in words and not words[0].isdigit()
        if len(words) > 1 and not opens and words.split()[0].lower() not in STOP_WORDS:
            found.append(words)
    return found


def sentence_ranges(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, as characters; together they cover the text."""
    borders = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(borders) if end > start]


def answer_sentence(case: Case) -> tuple[int, int]:
    """The range of the sentences that the answer stands in."""
    last = case.answer_start + len(case.answer)
    touched = [
        (s, e) for s, e in sentence_ranges(case.context) if s < last and e > case.answer_start
    ]
    return touched[0][0], touched[-1][1]


def _kind(entity: str) -> str:
    if YEAR.match(entity):
        return "year"
    return "number" if entity[0].isdigit() else "name"


def _put(case: Case, old: str, new: str) -> Case:
    return replace(
        case, question=re.sub(rf"\b{re.escape(old)}(?!\w)", lambda _: new, case.question, count=1)
    )


def entity_swapped(case: Case, pool: Pool, draw: random.Random) -> Case | None:
    """A name, year or number of the question replaced by another: one of the passage, of the
    article or of anywhere.
    """
    asked = entities(case.question)
    if not asked:
        return None
    old = draw.choice(asked)
    kind = _kind(old)
    in_passage = draw.random() < 0.35
    nearby = entities(case.context) if in_passage else list(pool.by_title.get(case.title, ()))
    for candidates in (nearby, pool.all):
        fitting = [c for c in draw.sample(candidates, min(40, len(candidates))) if _kind(c) == kind]
        for new in fitting:
            known = new.lower() in case.context.lower()
            clash = (
                new.lower() in (case.question + " " + case.answer).lower()
                or case.answer.lower() in new.lower()
            )
            shares = bool(set(new.lower().split()) & set(old.lower().split()))
            if not clash and not shares and known == (in_passage and candidates is nearby):
                return _put(case, old, new)
    return None


def word_reversed(case: Case, pool: Pool, draw: random.Random) -> Case | None:
    """A word of the question replaced by its opposite, when the sentence of the answer does not
    have that one.
    """
    del pool
    start, end = answer_sentence(case)
    said = set(re.findall(r"\w+", case.context[start:end].lower()))
    words = [w for w in re.findall(r"\w+", case.question) if w.lower() in OPPOSITES]
    if not words:
        return None
    old = draw.choice(words)
    new = draw.choice(OPPOSITES[old.lower()])
    return None if new in said else _put(case, old, new)


def sentence_removed(case: Case, pool: Pool, draw: random.Random) -> Case | None:
    """The passage without the sentence that answers, when the answer's words do not come again
    elsewhere.
    """
    del pool, draw
    start, end = answer_sentence(case)
    rest = (case.context[:start] + case.context[end:]).strip()
    if len(rest) < 150 or case.answer.lower() in rest.lower():
        return None
    return replace(case, context=rest)


def asks_otherwise(case: Case, pool: Pool, draw: random.Random) -> Case | None:
    """Another question word before the same question: "when" or "where" something happens that is
    only said to happen.

    Tried only when the sentence of the answer has nothing that could answer the new question.
    """
    del pool
    opening = OPENING.match(case.question)
    if opening is None:
        return None
    start, end = answer_sentence(case)
    sentence = case.context[start:end]
    old = opening.group(1).lower()
    fitting = []
    if not TIME.search(sentence):
        fitting += ["When", "When"]
    if not PLACE_CUE.search(sentence):
        fitting.append("Where")
    if not NUMBER.search(sentence) and not TIME.search(sentence):
        fitting += ["How often", "For how long"]
    if not re.search(r"\b(because|since|due|so|therefore|as|for|to)\b", sentence):
        fitting.append("Why")
    fitting = [word for word in fitting if word.lower() != old]
    if not fitting:
        return None
    return replace(case, question=draw.choice(fitting) + case.question[opening.end(1) :])


def negated(case: Case, pool: Pool, draw: random.Random) -> Case | None:
    """The question with its first auxiliary verb denied."""
    del pool
    verb = NEGATABLE.search(case.question)
    if verb is None or re.search(r"n't|\bnot\b|\bnever\b", case.question):
        return None
    denied = verb.group() + "n't" if draw.random() < 0.7 else verb.group() + " never"
    return replace(
        case, question=case.question[: verb.start()] + denied + case.question[verb.end() :]
    )


Rule = Callable[[Case, Pool, random.Random], Case | None]
RULES: Mapping[str, Rule] = {
    "entity_swapped": entity_swapped,
    "sentence_removed": sentence_removed,
    "word_reversed": word_reversed,
    "asks_otherwise": asks_otherwise,
    "negated": negated,
}


def _slip(word: str, draw: random.Random) -> str:
    place = draw.randrange(len(word) - 1)
    if draw.random() < 0.5:
        return word[:place] + word[place + 1 :]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def careless(question: str, draw: random.Random) -> str:
    """The question without its mark, and with one slip of the keyboard or as bare key words; the
    meaning stays.
    """
    bare = question.rstrip(" ?.")
    words = bare.split()
    way = draw.random()
    if way < 0.4:
        long = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
        if long:
            i = draw.choice(long)
            words[i] = _slip(words[i], draw)
        return " ".join(words)
    if way < 0.7:
        key_words = [
            word
            for word in words
            if word.lower() not in STOP_WORDS or word.lower() in ("when", "where", "who", "why")
        ]
        return " ".join(key_words) if len(key_words) >= 2 else bare
    return bare
