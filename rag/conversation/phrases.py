"""A text to the noun phrases that it speaks of, by closed lists of words and their order."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.conversation.lexicon import (
    ADJECTIVES,
    ADVERBS,
    ASKING,
    AUXILIARIES,
    BODIES,
    BREAKS,
    DETERMINERS,
    DO,
    HAVE,
    MODALS,
    NOUNS_IN_LY,
    NOUNS_TOO,
    OBJECT_PRONOUNS,
    OWNERS,
    PAST,
    PERSONS,
    PLACES,
    PREDICATES,
    PREPOSITIONS,
    RELATIONAL,
    SUBJECT_PRONOUNS,
    VERBS,
)
from rag.terms import stem

STOPS = BREAKS | ADVERBS
TOKEN = re.compile(r"[^\W_]+(?:[-'’.&/][^\W_]+)*|[^\s\w]")
FULL_NAME = re.compile(r"[A-Z][a-z’'-]+\s+(?:[A-Z]\.\s+)?[A-Z][a-z’'-]+")
YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
PLURAL = re.compile(r"\w*[^\Wsuiа-я]s|men|women|people|children|criteria|data", re.I)
SINGULAR_IN_S = re.compile(r"\w*(?:ics|news|series|basis|always|texas|paris|wales)", re.I)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase.

    Attributes:
        start, end: where it stands in the text.
        text: its words, with the article.
        head: its chief word, in lower case: "bill" of "the bill of February 2022".
    """

    start: int
    end: int
    text: str
    head: str

    @property
    def is_name(self) -> bool:
        """Whether it bears a name, by its capitals."""
        words = self.text.split()
        return any(w[:1].isupper() or w[1:] != w[1:].lower() for w in words if w != "The")

    @property
    def is_date(self) -> bool:
        return bool(YEAR.fullmatch(self.head))

    @property
    def is_plural(self) -> bool:
        if " and " in self.text:
            return True
        common = self.head.islower() and not self.text.split()[-1][:1].isupper()
        return (
            common and bool(PLURAL.fullmatch(self.head)) and not SINGULAR_IN_S.fullmatch(self.head)
        )

    @property
    def is_body(self) -> bool:
        """Whether it is a body of people, which may be called "it" and "they"."""
        return any(stem(word.lower()) in BODIES for word in TOKEN.findall(self.text))

    @property
    def is_place(self) -> bool:
        return self.is_name and self.head in PLACES

    @property
    def is_person(self) -> bool:
        if stem(self.head) in PERSONS:
            return True
        return bool(FULL_NAME.fullmatch(self.text)) and not self.is_body and not self.is_place

    @property
    def is_relational(self) -> bool:
        return stem(self.head) in RELATIONAL

    @property
    def is_definite(self) -> bool:
        return self.text[:4].lower() == "the "

    @property
    def terms(self) -> frozenset[str]:
        words = (word.lower().replace("’", "'") for word in TOKEN.findall(self.text))
        return frozenset(stem(word) for word in words if word not in BREAKS and word[0].isalnum())


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower().replace("’", "'")

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()


@functools.lru_cache(maxsize=1_024)
def find_phrases(text: str) -> tuple[Phrase, ...]:
    """Gives the noun phrases in order; "X of Y" is one, followed by Y alone where X is no name."""
    tokens = [_Token(m[0], m.start(), m.end()) for m in TOKEN.finditer(text)]
    runs = list(_runs(tokens))
    phrases: list[Phrase] = []
    number = 0
    while number < len(runs):
        chain = [runs[number]]
        while number + 1 < len(runs) and _links(tokens, runs[number], runs[number + 1]):
            number += 1
            chain.append(runs[number])
        phrases += _phrases_of(text, tokens, chain)
        number += 1
    return tuple(phrases)


def _runs(tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """Yields the stretches of words that are neither function words nor verbs."""
    begun: int | None = None
    has_verb, asks_with_do, subject = False, False, False
    for place, token in enumerate(tokens):
        before = tokens[place - 1].lower if place else ""
        if token.lower in DO | MODALS | HAVE or token.lower in {"don't", "doesn't", "didn't"}:
            asks_with_do, has_verb, subject = True, False, False
        is_name = token.text[0].isupper() and place > 0
        ends = not token.is_word or (token.lower in STOPS and not is_name)
        ends = ends or (
            token.lower in BREAKS and (token.text[1:].islower() or len(token.text) == 1)
        )
        ends = ends or (begun is not None and _is_predicate(tokens, place))
        ends = (
            ends
            or before == "how"
            or (token.lower.endswith("ly") and token.lower not in NOUNS_IN_LY)
        )
        if (
            not ends
            and not has_verb
            and not is_name
            and _is_verb(tokens, place, begun is not None, asks_with_do and subject)
        ):
            ends = has_verb = True
        if ends:
            if begun is not None:
                yield begun, place
                subject = True
            elif before in SUBJECT_PRONOUNS or token.lower in SUBJECT_PRONOUNS:
                subject = subject or token.lower in SUBJECT_PRONOUNS
            begun = None
        elif begun is None:
            begun = place
        if not ends:
            subject = True
    if begun is not None:
        yield begun, len(tokens)


def _is_verb(tokens: Sequence[_Token], place: int, in_run: bool, has_subject: bool) -> bool:
    word = tokens[place].lower
    before = tokens[place - 1].lower if place else ""
    follows = tokens[place + 1].lower if place + 1 < len(tokens) else "?"
    known = stem(word) in VERBS
    if before in DETERMINERS | OWNERS and not (before in {"that", "this"} and known):
        return False
    if before in SUBJECT_PRONOUNS and place > 1 and known:
        return True
    if before == "to" or before in MODALS or before == "not":
        return known
    if before in ASKING:
        return known and before not in {"which", "whose"} and follows != "of"
    if in_run:
        if has_subject:
            return known or (follows in {"?", "."} and tokens[place - 1].text[0].isupper())
        if word.endswith("ed") or word in PAST:
            return True
        after_name = tokens[place - 1].text[0].isupper() and place > 1
        if (
            after_name
            and known
            and not word.endswith("ing")
            and follows[0].isalnum()
            and stem(word) not in NOUNS_TOO
        ):
            return True
        goes_on = follows in DETERMINERS | OWNERS | PREPOSITIONS or follows in OBJECT_PRONOUNS
        return known and goes_on and tokens[place - 1].lower not in ADJECTIVES
    # "is mining forbidden?" asks of mining; "is China mining?" does not.
    if word.endswith("ing") and (follows in PREDICATES or follows.endswith("ed")):
        return False
    return known and (before in AUXILIARIES or word.endswith("ed"))


def _is_predicate(tokens: Sequence[_Token], place: int) -> bool:
    """Whether an adjective tells something of the noun before it: "is the test reliable?"."""
    follows = tokens[place + 1].lower if place + 1 < len(tokens) else "?"
    return tokens[place].lower in PREDICATES and (not follows[0].isalnum() or follows in BREAKS)


def _links(tokens: Sequence[_Token], left: tuple[int, int], right: tuple[int, int]) -> bool:
    """Whether "of", "of the" or a hyphen of names joins two runs."""
    between = [token.lower for token in tokens[left[1] : right[0]]]
    names = tokens[left[1] - 1].text[0].isupper() and tokens[right[0]].text[0].isupper()
    before = tokens[left[0] - 1].lower if left[0] else ""
    if between == ["and"]:
        return names or before == "between"
    return between[:1] == ["of"] and all(word in DETERMINERS for word in between[1:])


def _phrases_of(
    text: str, tokens: Sequence[_Token], chain: Sequence[tuple[int, int]]
) -> Iterator[Phrase]:
    end = tokens[chain[-1][1] - 1].end
    for place, (first, last) in enumerate(chain):
        start = tokens[first].start
        before = tokens[first - 1] if first else None
        if before is not None and before.lower in {"the", "a", "an"}:
            start = before.start
        joined = place + 1 < len(chain) and tokens[last].lower == "and"
        head = tokens[chain[place + joined][1] - 1].lower
        named = text[start:end]
        if before is not None and start == before.start:
            named = named[0].lower() + named[1:]
        yield Phrase(start, end, named, head.removesuffix("'s"))
        for owner in range(first, last - 1):
            if tokens[owner].lower.endswith("'s"):
                owned = tokens[owner].end - 2
                yield Phrase(start, owned, named[: owned - start], tokens[owner].lower[:-2])
        if joined or tokens[last - 1].text[0].isupper():
            return
