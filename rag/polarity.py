"""Yes or no, where a sentence decides it by its words alone.

A rule that speaks seldom: every content word of the question must stand in the sentence, in the
same order, nothing there may narrow or hedge it, and the two may differ in a negation or an antonym
only. A sentence that does not decide so is quoted without a "Yes" or "No".
"""

from __future__ import annotations

import re
from typing import Literal

from rag.terms import extract_terms, stem

Decision = Literal["yes", "no"]

ALLOWED = "allow permit legal lawful legalise legalize"
FORBIDDEN = "forbid forbidden forbade ban banned prohibit illegal unlawful outlaw"
ONE_FOR_ALL = {stem(word): ("permitted", 1) for word in ALLOWED.split()} | {
    stem(word): ("permitted", -1) for word in FORBIDDEN.split()
}
NEGATION = re.compile(r"\b(?:not|never|no|neither|nor|nobody|none|cannot|without)\b|n['’]t\b", re.I)
# Words of degree, scope and time: with one of them in the question, words alone decide nothing.
DEGREE = re.compile(
    r"\b(?:only|just|still|yet|already|every\w*|all|always|any\w*|first|last|more|most|less|least|than"
    r"|enough|entirely|completely|fully|partly|almost|both|same|ever|or|again|soon|now)\b",
    re.I,
)
# In the sentence: a condition, an exception, an opinion, a plan or another one's word.
HEDGE = re.compile(
    r"\b(?:if|unless|except|provided|but|only|would|could|should|might|may|half|partly|some|limited|within"
    r"|until|before|almost|nearly|propos\w+|plan\w*|expect\w*|want\w*|wish\w*|argu\w+|claim\w*|suggest\w*"
    r"|den(?:y|ies|ied)|say\w*|said|report\w*|according|think\w*|believ\w+|hop\w+|ask\w*|consider\w*"
    r"|whether|though|although|while|however|draft|bill|question)\b",
    re.I,
)
# Another place, time or person than the question names.
SCOPE = re.compile(
    r"\b(?:in|for|by|among|during|from|at|to|on|of|with)\s+(?:the\s+|an?\s+)?([\w’'-]+)", re.I
)
LAWFUL_FRAME = re.compile(
    r"[,\s]+(?:since|with effect from)\s+\d[\w\s]*\d{4}|[,\s]+under\s+(?:the\s+)?law\b[^.;]*", re.I
)
PLAIN_REPLY = re.compile(r"(?:[A-Z][.:)]\s+)?(?:Yes|No)[.!,]")
LONGEST_DECIDING = 30  # words: a long sentence says more than yes or no


def decide(question: str, sentence: str) -> Decision | None:
    """Gives what the sentence answers to a question of yes or no; None where it leaves it open."""
    framed = LAWFUL_FRAME.sub("", sentence)
    if DEGREE.search(question) or HEDGE.search(framed) or len(framed.split()) > LONGEST_DECIDING:
        return None
    asked, said = _read(question), _read(framed)
    if len(asked) < 2 or not _in_order(list(asked), list(said)):
        return None
    if any(not set(extract_terms(word)) <= _known(asked) for word in SCOPE.findall(framed)):
        return None
    turns = _negations(question) + _negations(framed)
    if max(_negations(question), _negations(framed)) > 1:
        return None
    opposed = sum(asked[key] != said[key] for key in asked)
    return "yes" if (turns + opposed) % 2 == 0 else "no"


def is_plain_reply(text: str) -> bool:
    """True for a sentence that begins with a "Yes" or "No" of its own."""
    return bool(PLAIN_REPLY.match(text))


def covers(question: str, text: str) -> bool:
    """True where the text has every content word of the question, or its antonym."""
    return set(_read(question)) <= set(_read(text))


def _read(text: str) -> dict[str, int]:
    """Gives the terms in order, those of permission as one; 1, or -1 for the antonym."""
    read: dict[str, int] = {}
    for term in extract_terms(text):
        key, sign = ONE_FOR_ALL.get(term, (term, 1))
        read.setdefault(key, sign)
    return read


def _known(asked: dict[str, int]) -> set[str]:
    return {*asked, *(term for term in ONE_FOR_ALL if ONE_FOR_ALL[term][0] in asked)}


def _in_order(asked: list[str], said: list[str]) -> bool:
    """The word of permission may stand anywhere; who does what to whom may not."""
    nouns = [term for term in asked if term != "permitted"]
    places = [said.index(term) if term in said else -1 for term in nouns]
    complete = -1 not in places and ("permitted" not in asked or "permitted" in said)
    return complete and places == sorted(places)


def _negations(text: str) -> int:
    return len([1 for _ in NEGATION.finditer(text)])
