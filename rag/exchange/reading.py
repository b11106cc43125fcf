"""JSON of unknown origin → a chat, or one sentence that says why not."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rag.errors import UnreadableChat
from rag.exchange.strict import Unfit, read_record
from rag.exchange.writing import FORMAT, VERSION
from rag.history import Feedback, Judgement, Message, Review, Transcript
from rag.records import Answer, Citation
from rag.redact import ERASED
from rag.settings import LONGEST_QUESTION

MOST_BYTES = 20_000_000
_DOCUMENT_ID = re.compile(r"[0-9a-f]{8,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class _Review:
    claim: int
    judgement: Judgement | None
    note: str


@dataclass(frozen=True)
class _Message:
    question: str
    asked: str
    answered: str | None
    documents: tuple[str, ...]
    answer: Answer | None
    feedback: Feedback | None
    reviews: tuple[_Review, ...]


@dataclass(frozen=True)
class _File:
    format: str
    version: int
    title: str
    created: str
    messages: tuple[_Message, ...]


def read_chat(data: bytes) -> Transcript:
    """Reads what ``to_json_text`` wrote, and trusts none of it.

    That a quote stands in a document is not looked at here; whoever shows it does.

    Raises:
        UnreadableChat: it is something else, too large, or contradicts itself.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableChat(
            f"The file has more than {MOST_BYTES // 1_000_000} MB: no chat is that long."
        )
    try:
        found = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableChat("The file is not JSON: choose one that was saved here.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UnreadableChat("The file holds no chat: choose JSON that was saved here.")
    if found.get("version") != VERSION:
        raise UnreadableChat("The chat was saved by another version: update Footnote.")
    try:
        return _make(read_record(_File, found))
    except (Unfit, RecursionError) as error:
        raise UnreadableChat(
            f"The chat in this file is damaged or was changed by hand: {error}."
        ) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _make(file: _File) -> Transcript:
    _hold(bool(file.messages), "there is no question in it")
    _hold(bool(file.title.strip()), "title is empty")
    _hold_times([file.created])
    messages = [_make_message(m, f"messages[{n}]") for n, m in enumerate(file.messages)]
    return Transcript(file.title, file.created, tuple(messages))


def _make_message(message: _Message, place: str) -> Message:
    _hold(0 < len(message.question.strip()) <= LONGEST_QUESTION, f"{place}.question is not one")
    _hold_times([message.asked, message.answered] if message.answered else [message.asked])
    _hold(all(map(_DOCUMENT_ID.fullmatch, message.documents)), f"{place}.documents are no ids")
    _hold(all(0 <= r.claim < 10_000 for r in message.reviews), f"{place}.reviews are of no claims")
    if message.answer:
        _hold_answer(message.answer, f"{place}.answer")
    return Message(
        0,
        message.question,
        message.answer,
        message.asked,
        message.answered,
        message.documents,
        message.feedback,
        {r.claim: Review(r.judgement, r.note) for r in message.reviews},
    )


def _hold_answer(answer: Answer, place: str) -> None:
    """Sees to it that no number stands for a source that is not there, nor for two."""
    markers = Counter(citation.marker for citation in answer.citations)
    used = {m for sentence in answer.sentences for m in sentence.markers}
    used |= {m for conflict in answer.conflicts for m in conflict.markers}
    used |= {m for agreement in answer.agreements for m in agreement.markers}
    _hold(max(markers.values(), default=1) == 1, f"{place}.citations have a number twice")
    _hold(markers.keys() >= used, f"{place} has a number without a citation")
    _hold(0 <= answer.confidence <= 1, f"{place}.confidence is no probability")
    for citation in (*answer.citations, *answer.nearest):
        _hold_citation(citation, f"{place}.citations")


def _hold_citation(citation: Citation, place: str) -> None:
    _hold(bool(_SHA256.fullmatch(citation.document.sha256)), f"{place} lack a document's hash")
    _hold(bool(_DOCUMENT_ID.fullmatch(citation.document.id)), f"{place} lack a document's id")
    _hold(0 <= citation.start <= citation.end, f"{place} are at no place")
    if citation.quote == ERASED:
        return
    _hold(len(citation.quote) == citation.end - citation.start, f"{place} do not fit their place")
    for span in citation.answer_spans:
        begin, end = span.start - citation.start, span.end - citation.start
        inside = 0 <= begin <= end <= len(citation.quote)
        _hold(inside and citation.quote[begin:end] == span.text, f"{place} mark other words")


def _hold_times(times: Iterable[str]) -> None:
    for time in times:
        try:
            zone = datetime.fromisoformat(time).tzinfo
        except ValueError as error:
            raise Unfit("a time is none") from error
        _hold(zone is not None, "a time has no zone")


def _hold(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Unfit(otherwise)
