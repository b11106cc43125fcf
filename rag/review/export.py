"""Checked claims → a table for a spreadsheet, and a report in Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from rag.exchange import escape_markdown, quote_markdown
from rag.history import Transcript
from rag.records import Citation
from rag.review.claims import Claim, list_claims, tally

COLUMNS = (
    "chat", "asked", "question", "searched for", "claim", "verdict", "judgement", "note",
    "thumb", "comment", "number", "quote", "document", "title", "page", "start", "end", "sha256",
)  # fmt: skip
REFUSED = "refused"  # stands for the verdict of what was not answered
# A spreadsheet takes a cell that begins so for a formula, which may call programs and addresses
# (OWASP, "CSV Injection"); the wide forms are read alike in some languages.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_SKIPPED = "\t\r\n"  # at the beginning, before a formula


def to_csv(chats: Iterable[Transcript]) -> str:
    """Gives a row for each claim and quote; a claim without a quote has one row."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for chat in chats:
        for claim in list_claims(chat.messages):
            for citation in claim.citations or (None,):
                writer.writerow(map(_guard, _cells(chat.title, claim, citation)))
    return written.getvalue()


def _guard(cell: object) -> object:
    """Puts an apostrophe before what a spreadsheet would run; numbers are ours."""
    if not isinstance(cell, str):
        return cell
    is_formula = cell.lstrip().startswith(_FORMULA) or cell[:1] in tuple(_SKIPPED)
    return f"'{cell}" if is_formula else cell


def _cells(title: str, claim: Claim, citation: Citation | None) -> Iterator[object]:
    message, review, feedback = claim.message, claim.review, claim.message.feedback
    yield from (title, message.asked, message.question)
    yield message.answer.searched_for if message.answer else ""
    yield from (claim.text, claim.verdict or REFUSED)
    yield from ((review.judgement or "", review.note) if review else ("", ""))
    yield from ((feedback.thumb, feedback.comment) if feedback else ("", ""))
    if citation is None:
        yield from [""] * 8
        return
    document = citation.document
    yield from (citation.marker, citation.quote, document.name, document.title)
    yield "" if citation.page is None else citation.page
    yield from (citation.start, citation.end, document.sha256)


def to_markdown(chats: Iterable[Transcript]) -> str:
    """Gives a report: what was found of how many claims, and each claim with its quotes."""
    return "\n\n".join(part for chat in chats for part in _report(chat)) + "\n"


def _report(chat: Transcript) -> Iterator[str]:
    claims = list_claims(chat.messages)
    counts = tally(claims)
    yield f"# Check of “{escape_markdown(chat.title)}”"
    yield (
        f"{counts.claims} claims: {counts.right} right, {counts.wrong} wrong, "
        f"{counts.unclear} unclear, "
        f"{counts.claims - counts.right - counts.wrong - counts.unclear} not judged."
    )
    last = None
    for claim in claims:
        if claim.message is not last:
            last = claim.message
            yield f"## {escape_markdown(claim.message.question)}"
            yield from _feedback(claim)
        yield from _claim(claim)


def _feedback(claim: Claim) -> Iterator[str]:
    if feedback := claim.message.feedback:
        comment = f": {escape_markdown(feedback.comment)}" if feedback.comment else ""
        yield f"Thumb {feedback.thumb}{comment}"


def _claim(claim: Claim) -> Sequence[str]:
    review = claim.review
    found = (review.judgement if review else None) or "not judged"
    note = f" – {escape_markdown(review.note)}" if review and review.note else ""
    return [
        f"**{found}** ({claim.verdict or REFUSED}): {escape_markdown(claim.text)}{note}",
        *(_source(citation) for citation in claim.citations),
    ]


def _source(citation: Citation) -> str:
    page = "" if citation.page is None else f", page {citation.page}"
    name = escape_markdown(citation.document.name)
    place = f"characters {citation.start}–{citation.end}"
    return (
        f"{quote_markdown(citation.quote)}\n>\n"
        f"> {name}{page}, {place}, sha256 {citation.document.sha256}"
    )
