"""What the readable forms of a chat say of an answer and of its sources, in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rag.history import Message
from rag.records import Agreement, Answer, Citation, Conflict, Sentence, Verdict

VERDICTS: dict[Verdict, str] = {
    "verbatim": "word for word",
    "supported": "supported by its source",
    "partly": "partly supported",
    "unsupported": "not supported",
}
THUMBS = {"up": "good answer", "down": "bad answer"}
CLAIM_CHARACTERS = 80
THE_ANSWER = "The answer as a whole"
NO_ANSWER = "There is no answer."
NEAREST = "The nearest passages, which do not answer it:"


def visible(text: str) -> str:
    """Takes out what cannot be seen or turns the direction of writing; line ends stay."""
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}
    )


def one_line(text: str) -> str:
    """Gives a text as one line without invisible characters."""
    return " ".join(visible(text).split())


def shown_sentences(answer: Answer) -> list[Sentence]:
    """Gives the sentences that the answer's text has."""
    return [s for s in answer.sentences if s.verdict != "unsupported"]


def remarks(message: Message) -> list[str]:
    """Gives what is to be said under a question: when, what was searched for, what people think."""
    answer, lines = message.answer, [f"Asked {message.asked[:10]}."]
    if message.documents:
        lines.append(f"Put to {len(message.documents)} chosen document(s) alone.")
    if answer:
        if answer.searched_for.casefold() != answer.question.casefold():
            lines.append(f"Searched for: {one_line(answer.searched_for)}")
        if answer.notice:
            lines.append(one_line(answer.notice))
    if message.feedback:
        thumb = THUMBS[message.feedback.thumb]
        comment = one_line(message.feedback.comment)
        lines.append(f"Judged: {thumb}{f' ({comment})' if comment else ''}.")
    return lines


def findings(message: Message) -> list[str]:
    """Gives what a person has found of the claims, a line each."""
    sentences = message.answer.sentences if message.answer else ()
    lines = []
    for claim, review in sorted(message.reviews.items()):
        words = one_line(sentences[claim].text if claim < len(sentences) else THE_ANSWER)
        words = words if len(words) <= CLAIM_CHARACTERS else words[:CLAIM_CHARACTERS] + "…"
        note = one_line(review.note)
        said = review.judgement or "noted"
        lines.append(f"“{words}” – checked: {said}{f' ({note})' if note else ''}.")
    return lines


def relations(answer: Answer) -> list[str]:
    """Gives a line for each time that sources state the same, and that they do not."""
    return [*map(_agreement, answer.agreements), *map(_disagreement, answer.conflicts)]


def _agreement(agreement: Agreement) -> str:
    return f"{len(agreement.markers)} sources agree ({_numbers(agreement.markers)})"


def _numbers(markers: Sequence[int]) -> str:
    return ", ".join(f"[{marker}]" for marker in markers)


def _disagreement(conflict: Conflict) -> str:
    as_of = f", as of {one_line(conflict.as_of)}" if conflict.as_of else ""
    return f"{one_line(conflict.note)} ({_numbers(conflict.markers)}{as_of})"


def source_facts(citation: Citation) -> list[str]:
    """Gives where a quote stands, from the file's name to the characters of its text."""
    document = citation.document
    return [
        one_line(document.name),
        *([f"page {citation.page}"] if citation.page is not None else []),
        *([one_line(document.date)] if document.date else []),
        f"characters {citation.start}–{citation.end}",
    ]


def title_of(citation: Citation) -> str:
    return one_line(citation.document.title) or one_line(citation.document.name)
