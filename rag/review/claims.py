"""The messages of a chat → the claims in its answers, one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.history import Message, Review
from rag.records import Answer, Citation, Verdict


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, or a refusal as a whole.

    Attributes:
        place: which of the answer's claims it is, from 0.
        verdict: what Footnote says of it; None for a refusal.
        citations: its quotes; those of a refusal are the nearest passages.
        review: what a person has found of it.
    """

    message: Message
    place: int
    text: str
    verdict: Verdict | None
    citations: tuple[Citation, ...]
    review: Review | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many claims there are, and how many a person found what of."""

    claims: int
    right: int
    wrong: int
    unclear: int


def list_claims(messages: Iterable[Message]) -> list[Claim]:
    """Gives the claims of all answers in order; a question that is asked back claims nothing."""
    return [
        claim
        for message in messages
        if message.answer and message.answer.status != "unclear"
        for claim in _claims_of(message, message.answer)
    ]


def _claims_of(message: Message, answer: Answer) -> list[Claim]:
    if answer.status == "abstained" or not answer.sentences:
        cited = answer.nearest or answer.citations
        return [Claim(message, 0, answer.text, None, cited, message.reviews.get(0))]
    by_marker = {citation.marker: citation for citation in answer.citations}
    return [
        Claim(
            message,
            place,
            sentence.text,
            sentence.verdict,
            tuple(by_marker[m] for m in sentence.markers if m in by_marker),
            message.reviews.get(place),
        )
        for place, sentence in enumerate(answer.sentences)
    ]


def tally(claims: Iterable[Claim]) -> Tally:
    """Counts what was found."""
    judged = [claim.review.judgement if claim.review else None for claim in claims]
    return Tally(len(judged), judged.count("right"), judged.count("wrong"), judged.count("unclear"))
