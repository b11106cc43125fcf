"""Checked answers → rows of ``questions.jsonl``, as ``python -m rag evaluate`` reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rag.history import Message
from rag.records import Citation
from rag.review.claims import Claim, list_claims

TURNS = 6  # that a follow-up may speak of; the chat remembers as many

Row = dict[str, Any]


def make_questions(
    key: str,
    messages: Sequence[Message],
    names: Mapping[str, str],
    stands: Callable[[Citation], bool],
) -> list[Row]:
    """Gives a row for each question whose answer somebody has judged.

    Claims that were found right are the expected evidence. A refusal found right is a question
    that the documents do not answer. Of an answer found wrong or unclear nobody has said what
    would be right: its row waits for that (``answerable`` is null, which is not scored). Where no
    claim was judged, a thumb up counts as right for all of them, and a thumb down as wrong.

    Args:
        key: begins the rows' ids.
        names: by which documents go beside the questions, by their ids.
        stands: whether a quote stands in its document; what does not is no evidence.
    """

    def name(citation: Citation) -> str | None:
        return names.get(citation.document.id) if stands(citation) else None

    return [
        _row(f"{key}-{number}", message, judged, messages[:number], name, names)
        for number, message in enumerate(messages)
        if message.answer and (judged := _judge(message))
    ]


def to_lines(rows: Iterable[Row]) -> str:
    """Gives rows as the text of ``questions.jsonl``."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _judge(message: Message) -> list[tuple[Claim, str]]:
    """Gives the claims that were judged, and as what; the thumb speaks where nothing else does."""
    claims = list_claims([message])
    judged = [(c, c.review.judgement) for c in claims if c.review and c.review.judgement]
    if judged or message.feedback is None:
        return [(claim, str(judgement)) for claim, judgement in judged]
    return [(c, "right" if message.feedback.thumb == "up" else "wrong") for c in claims]


def _row(
    id_: str,
    message: Message,
    judged: Sequence[tuple[Claim, str]],
    before: Sequence[Message],
    name_of: Callable[[Citation], str | None],
    names: Mapping[str, str],
) -> Row:
    right = [claim for claim, judgement in judged if judgement == "right"]
    cited = {c.marker: c for claim in right if claim.verdict for c in claim.citations}
    named = [(name, c) for c in cited.values() if (name := name_of(c))]
    evidence = [
        {"doc_id": name, "start": c.start, "end": c.end, "text": c.quote} for name, c in named
    ]
    scope = [names[id_] for id_ in message.documents if id_ in names]
    is_askable = len(scope) == len(message.documents)
    rightly_refused = any(claim.verdict is None for claim in right)
    row: Row = {
        "id": id_,
        "question": message.question,
        "answer": [words for _, c in named for words in _key_words(c)] or None,
        "evidence": evidence,
        "answerable": None,
    }
    if is_askable and (evidence or rightly_refused):
        row["answerable"] = bool(evidence)
    if turns := _turns(message, before):
        row["turns"] = turns
    if scope:
        row["documents"] = scope
    if note := _note(message, judged):
        row["note"] = note
    return row


def _key_words(citation: Citation) -> list[str]:
    return [span.text for span in citation.answer_spans] or [citation.quote]


def _turns(message: Message, before: Sequence[Message]) -> list[dict[str, str]]:
    """Gives what was said before a question that does not stand alone."""
    answer = message.answer
    if answer is None or _same(answer.searched_for, message.question):
        return []
    said = [m.answer for m in before if m.answer][-TURNS:]
    return [{"question": a.question, "answer": a.text} for a in said]


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _note(message: Message, judged: Sequence[tuple[Claim, str]]) -> str:
    """Gives what a person wrote, and which sentences were not found right."""
    doubted = [f"{judgement}: {claim.text}" for claim, judgement in judged if judgement != "right"]
    notes = [claim.review.note for claim, _ in judged if claim.review and claim.review.note]
    comment = message.feedback.comment if message.feedback else ""
    return "\n".join(filter(None, [*doubted, *notes, comment]))
