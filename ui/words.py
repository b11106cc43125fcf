"""How names, dates and counts are put for a reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

from rag.records import Answer, CitedDocument, Step, Verdict

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_VERDICTS: dict[Verdict, str] = {
    "verbatim": "word for word",
    "supported": "supported by its source",
    "partly": "partly supported",
    "unsupported": "not supported",
}
_TAGS: dict[Verdict, str] = {
    "verbatim": "word for word",
    "supported": "supported",
    "partly": "partly",
    "unsupported": "not in the documents",
}
_WORST_FIRST: tuple[Verdict, ...] = ("unsupported", "partly", "supported", "verbatim")
_LONGEST_NAME = 200

# Streamlit reads a label as Markdown, and no escaping makes that exact: what could mean
# something is left out. An underscore can be escaped, and file names are full of them.
_MEANINGLESS = re.compile(r"[^\w\s:.,()'’‘“”\"&%+/?–—·-]|(?<=[-/])[-/]+")
_BARE_ADDRESS = re.compile(r"\bwww\.", re.IGNORECASE)


def clean(text: str) -> str:
    """Takes out control, bidirectional and other invisible characters; one space between words."""
    if text.isprintable():  # nearly always, and thousands of names are shown at once
        return " ".join(text.split())
    visible = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Zs"} else c
        for c in text
        if unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(visible.split())


def label(text: str, longest: int = 80) -> str:
    """Gives a text as the label of a native button, where nothing in it means Markdown."""
    words = map(_keep_last_colon, clean(text).split(" "))
    plain = _MEANINGLESS.sub("", " ".join(words))
    plain = shorten(" ".join(_BARE_ADDRESS.sub("www ", plain).split()), longest)
    return plain.replace("_", "\\_") or "untitled"


def _keep_last_colon(word: str) -> str:
    """Keeps a colon that ends a word; elsewhere it may begin a directive of Streamlit's."""
    ends = word.endswith(":") and word.count(":") == 1
    return word.replace(":", "") + (":" if ends else "")


def shorten(text: str, longest: int) -> str:
    """Cuts a text at a word, with an ellipsis where something is missing."""
    if len(text) <= longest:
        return text
    return (text[: longest - 1].rsplit(" ", 1)[0] or text[: longest - 1]).rstrip(" ,.;") + "…"


def file_name(name: str) -> str:
    """Gives the name of an uploaded file without folders and invisible characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    cleaned = clean(last).strip(". ")
    if len(cleaned) > _LONGEST_NAME:
        suffix = PurePosixPath(cleaned).suffix[:10]
        cleaned = cleaned[: _LONGEST_NAME - len(suffix)] + suffix
    return cleaned or "unnamed"


def date_in_words(date: str | None, *, short: bool = False) -> str:
    """Gives an ISO date as exactly as it is known: ``15 June 2022``, ``June 2022``, ``2022``.

    With ``short`` the month has three letters.
    """
    if not date:
        return ""
    parts = date[:10].split("-")
    if not all(part.isdigit() for part in parts) or not 1 <= len(parts) <= 3:
        return clean(date)
    if len(parts) == 1:
        return parts[0]
    month = int(parts[1])
    if not 1 <= month <= 12:
        return clean(date)
    day = f"{int(parts[2])} " if len(parts) == 3 else ""
    name = _MONTHS[month - 1][:3] if short else _MONTHS[month - 1]
    return f"{day}{name} {int(parts[0])}"


def count(number: int, noun: str) -> str:
    """Gives a number with its noun: ``1 source``, ``2 sources``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def place(document: CitedDocument, page: int | None) -> str:
    """Gives where a quote stands: ``crypto-leaders.md, page 2``."""
    name = clean(document.name)
    return name if page is None else f"{name}, page {page}"


def title_of(document: CitedDocument) -> str:
    """Gives a document's title, or its name where it has none."""
    return clean(document.title) or clean(document.name)


def verdict_in_words(verdict: Verdict) -> str:
    """Gives a verdict as a reader would say it."""
    return _VERDICTS[verdict]


def verdict_tag(verdict: Verdict) -> str:
    """Gives a verdict as it stands behind a sentence that a model wrote."""
    return _TAGS[verdict]


def is_written(answer: Answer) -> bool:
    """Gives whether a language model wrote the answer, rather than the reader."""
    return ":" in answer.model and any(step.kind == "write" for step in answer.steps)


def unsupported_in_words(answer: Answer) -> str:
    """Gives how many sentences of a written answer nothing supports; '' where each has support."""
    number = sum(sentence.verdict == "unsupported" for sentence in answer.sentences)
    if not number or not is_written(answer):
        return ""
    verb = "is" if number == 1 else "are"
    return f"{number} of {count(len(answer.sentences), 'sentence')} {verb} not in the documents."


def step_facts(steps: Collection[Step]) -> str:
    """Gives what steps took together: ``1.2 s · 100 tokens read, 20 written · $0.0012``."""
    read = [s.input_tokens for s in steps if s.input_tokens is not None]
    written = [s.output_tokens for s in steps if s.output_tokens is not None]
    costs = [s.cost for s in steps if s.cost is not None]
    parts = [
        f"{sum(s.milliseconds for s in steps) / 1000:.1f} s",
        f"{count(sum(read), 'token')} read, {sum(written):,} written" if read or written else "",
        f"${sum(costs):.{2 if sum(costs) >= 1 else 4}f}" if costs else "",
    ]
    return " · ".join(part for part in parts if part)


def worst(verdicts: Collection[Verdict]) -> Verdict | None:
    """Gives the weakest of several verdicts: an answer is as sound as its weakest sentence."""
    return next((verdict for verdict in _WORST_FIRST if verdict in verdicts), None)


def summary_line(answer: Answer) -> str:
    """Gives the quiet line under an answer: verdict, number of sources, newest date."""
    shown = [s.verdict for s in answer.sentences if s.verdict != "unsupported"]
    weakest = worst(shown)
    documents = {citation.document.id for citation in answer.citations}
    dates = [c.document.date for c in answer.citations if c.document.date]
    by_whom = verdict_in_words(weakest).capitalize() if weakest else ""
    if is_written(answer):  # each sentence bears its verdict
        by_whom = f"Written by {clean(answer.model)}"
    parts = [
        by_whom,
        count(len(documents), "source") if documents else "",
        f"as of {date_in_words(max(dates))}" if dates else "",
    ]
    return " · ".join(part for part in parts if part)
