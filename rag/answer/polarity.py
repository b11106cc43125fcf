"""Yes or no, where a sentence decides it by its words alone.

A rule that speaks seldom: question and sentence must have the same content words in the same order,
nothing may narrow or hedge them, and the two may differ in a negation, an antonym or a date only. A
sentence that does not decide so is quoted without a "Yes" or "No".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.terms import extract_terms, stem

Decision = Literal["yes", "no"]

ALLOWED = "allow permit legal lawful legalise legalize"
FORBIDDEN = "forbid forbidden forbade ban banned prohibit illegal unlawful outlaw"
PERMITTED = "permitted"
PERMISSION = {stem(word): (PERMITTED, 1) for word in ALLOWED.split()} | {
    stem(word): (PERMITTED, -1) for word in FORBIDDEN.split()
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
    r"\b(?:if|unless|except|provided|but|only|would|could|might|half|partly|some|until|almost"
    r"|nearly|propos\w+|plan\w*|expect\w*|want\w*|wish\w*|argu\w+|claim\w*|suggest\w*|den(?:y|ies|ied)"
    r"|say\w*|said|report\w*|according|think\w*|believ\w+|hop\w+|ask\w*|whether|though|although|while"
    r"|however|draft|bill)\b|[;:?]",
    re.I,
)
DATE = r"(?:\d{1,2}\s+)?(?:[A-Z][a-z]+\s+)?\d{4}\b"
# Since when, and under which law, changes nothing about whether.
FRAME = re.compile(
    rf"[,\s]+(?:since|with effect from)\s+{DATE}|[,\s]+under\s+(?:the\s+|an?\s+)?law\b[^.;]*"
)
# When and on what occasion something happened changes nothing about whether it did.
OCCASION = re.compile(
    rf"(?:^|[,\s]+)(?:on|in|since|from)\s+{DATE},?|\s+(?:during|after|because|when)\b[^.;]*", re.I
)
ASKS_FOR_EVENT = re.compile(r"\W*(?:did|has|have|was|were)\b", re.I)
# What the sentence must hold, and must not, for each kind of question: "was" does not decide "is".
MOODS = tuple(
    (re.compile(rf"\W*(?:{asked})\b", re.I), re.compile(needed), re.compile(barred))
    for asked, needed, barred in (
        (
            "is|are",
            r"\b(?:is|are|has been|have been|remains?)\b",
            r"\b(?:was|were|had|did|to be)\b",
        ),
        ("do|does", "", r"\b(?:was|were|had|did|must|can|may|should|will|to|\w+ed)\b"),
        ("can|may|could", r"\b(?:can|may|cannot)\b", r"\b(?:was|were|had|did)\b"),
        ("must", r"\b(?:must|have to|has to)\b", r"\b(?:was|were|had|did)\b"),
        ("will|would", r"\bwill\b", r"\b(?:was|were|had|did)\b"),
        ("should", r"\bshould\b", r"\b(?:was|were|had|did)\b"),
        ("did|has|have|was|were", "", r"\b(?:must|can|may|should|will|to)\b"),
    )
)
# "Who may mine?" is not answered by those who "may not mine", where the answer would stand.
AUXILIARY = "(?:may|can|could|must|should|will|would|does|do|did|is|are|was|were|has|have)"
ASKS_WHO = re.compile(rf"\b(?:who|which|what)\b[^.?!]*?\b{AUXILIARY}\b", re.I)
DENIED = re.compile(rf"\W+(?:{AUXILIARY}(?:n['’]t\b|\s+(?:not|never)\b)|cannot\b)", re.I)
PLAIN_REPLY = re.compile(r"(?:[A-Z][.:)]\s+)?(?:Yes|No)[.!,]")


def decide(question: str, sentence: str) -> Decision | None:
    """Gives what the sentence answers to a question of yes or no; None where it leaves it open."""
    stated = FRAME.sub("", sentence)
    if ASKS_FOR_EVENT.match(question):
        stated = OCCASION.sub("", stated)
    # "Isn't it banned?" is answered "yes" by some and "no" by others who mean the same.
    if NEGATION.search(question) or DEGREE.search(question) or HEDGE.search(stated):
        return None
    moods = [(needed, barred) for kind, needed, barred in MOODS if kind.match(question)]
    if not all(needed.search(stated) and not barred.search(stated) for needed, barred in moods):
        return None
    asked, said = _read(question), _read(stated)
    if len(asked) < 2 or _without_permission(asked) != _without_permission(said):
        return None
    if len(asked) != len(said):
        return None
    negations = len(NEGATION.findall(stated))
    opposed = sum(sign for _, sign in asked) != sum(sign for _, sign in said)
    if negations > 1:
        return None
    return "yes" if bool(negations) == opposed else "no"


def denies(question: str, behind: str) -> bool:
    """True where what stands behind the words that answer says that it is not so for them.

    Only a question for who or which can be denied so, and one without a negation of its own.

    Args:
        behind: the text after the words that answer.
    """
    asks_who = ASKS_WHO.search(question) and not NEGATION.search(question)
    return bool(asks_who and DENIED.match(behind))


def is_plain_reply(text: str) -> bool:
    """True for a sentence that begins with a "Yes" or "No" of its own."""
    return bool(PLAIN_REPLY.match(text))


def covers(question: str, text: str) -> bool:
    """True where the text has every content word of the question, or its antonym."""
    return {key for key, _ in _read(question)} <= {key for key, _ in _read(text)}


def _read(text: str) -> list[tuple[str, int]]:
    """Gives the terms in order, with 1; words of permission are one term, -1 if they forbid."""
    return [PERMISSION.get(term, (term, 1)) for term in extract_terms(NEGATION.sub(" ", text))]


def _without_permission(read: Sequence[tuple[str, int]]) -> list[str]:
    """The word of permission may stand anywhere; who does what to whom may not."""
    return [key for key, _ in read if key != PERMITTED]
