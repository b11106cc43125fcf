"""The figures and dates that a sentence states, each with what it counts and when it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.answer.quantities import (
    DATES,
    DIGITS,
    MONTHS,
    NUMBER_WORD,
    SCALE,
    SCALES,
    WORDS,
    YEAR,
    read_digits,
    write_date,
)
from rag.gate.words import to_term
from rag.terms import STOP_WORDS

Role = Literal["point", "start", "end", "name"]
Bound = Literal["exactly", "at least", "at most"]

ABOUT = 0.1  # of a figure: "about 16 billion" may be 15 or 17
UNIT_WORDS = 3  # "eleven exchange-traded products": what is counted stands among these
BEFORE, AFTER = 60, 40  # characters around a figure in which its bound stands

FIGURE = re.compile(
    rf"(?<![\w.,/-])(?:(?P<digits>{DIGITS})|(?P<word>{NUMBER_WORD}))(?![\w/]|-[A-Z\d]|[.,]\d)"
    rf"(?:\s*(?P<percent>%|per\s?cent\b)|\s*(?P<scale>{SCALE})\b)?",
    re.I,
)
LAW_NUMBER = r"\b\d+(?:-\d+)?-[A-Z]{1,4}\b"  # "223-FZ"
# "No. 223-FZ", "Article 7", "(EU) 2023/1114": they name something and count nothing.
IDENTIFIER = re.compile(
    r"\b(?:No\.?|Nos\.?|Article|Articles|Recommendation|Title|Class|Page|Section|Chapter)\s*"
    rf"[\dIVX][\w/.-]*\b|{LAW_NUMBER}|\b\d{{4}}/\d+\b"
)
RISE = re.compile(
    rf"\bfrom\s+(?:about\s+)?(?:{DIGITS}|zero|{NUMBER_WORD})(?:\s*(?:%|per\s?cent|{SCALE}))?\s+(?=to\s)",
    re.I,
)
BETWEEN = re.compile(
    rf"\bbetween\s+(?P<low>{DIGITS})\s+and\s+(?P<high>{DIGITS})(?=\s*(?:%|per\s?cent|{SCALE}|\w))",
    re.I,
)
SHARE_OF = re.compile(r"\s+of\s+(?:its|the|their|his|her|all)?\s*", re.I)
AT_MOST = re.compile(
    r"\b(?:up\s+to|no\s+more\s+than|not\s+more\s+than|at\s+most|less\s+than|fewer\s+than|under|below"
    r"|within|limit(?:\s+(?:of|for|on)\s+\w+)?(?:\s+\w+){0,2}?(?:\s+(?:at|of|to|is))?"
    r"|ceiling|maximum(?:\s+of)?)\s+(?:about\s+)?$",
    re.I,
)
AT_LEAST = re.compile(
    r"\b(?:at\s+least|more\s+than|over|above|exceeds?|exceeding|no\s+less\s+than|not\s+less\s+than"
    r"|minimum(?:\s+of)?)\s+(?:about\s+)?$",
    re.I,
)
VAGUE = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|approximately|some|practically|close\s+to)\s+$", re.I
)
ADDED = re.compile(
    r"\s*(?:more|further|additional|other|others)\b|\s+of\s+(?:the|them|these)\b", re.I
)
WORDS_BEHIND = re.compile(r"(?:[\s-]+[^\W\d_]+)+")
ADDS = re.compile(r"\b(?:another|further|additional|extra)\s+$", re.I)
MONTH_NAME = "|".join(name for name in MONTHS if len(name) > 3 or name == "may")
WHEN = r"(?:in|on|by|during|since|from|until|till|to|and|before|after|of|for)"
ALONE_YEAR = re.compile(
    rf"\b(?:{WHEN}|year|end\s+of|early|late|mid-?)\s+{YEAR}\b(?![,\d]\d|-)", re.I
)
ALONE_MONTH = re.compile(rf"\b(?:In|in|On|on|By|by|Since|since)\s+(?P<month>{MONTH_NAME})\b", re.I)
ROLE = re.compile(
    r"\b(?P<role>since|from|until|till|to|by|before|after|with\s+effect\s+from|as\s+of)\s+"
    r"(?:the\s+)?(?:end\s+of\s+|beginning\s+of\s+|early\s+|late\s+)?$",
    re.I,
)
NAMING = re.compile(
    r"(?<!\bend)(?<!\bbeginning)(?<!\bmonths)(?<!\bmonth)(?<!\byear)\s+of\s+$", re.I
)
RATE = re.compile(
    r"[^,.;]{0,40}?\b(?:a|an|per|each|every)\s+(?P<rate>second|hour|day|week|month|year)\b", re.I
)
STARTS = frozenset({"since", "from", "with effect from", "as of"})
ENDS = frozenset({"until", "till", "to", "by", "before"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a sentence.

    Attributes:
        start, end: its place in the sentence.
        low, high: between which it lies, with what rounding and "about" leave open.
        bound: whether the sentence gives it itself, or what it is at least or at most.
        value: as it is stated.
        unit: terms of what is counted or measured, ``%`` for a share; its first is what it is.
        is_part: "three more", "two of the": a part of what another sentence may count whole.
        rate: the time in which, ``month`` for "6,000 kilowatt-hours a month".
    """

    start: int
    end: int
    low: float
    high: float
    bound: Bound
    value: float
    unit: tuple[str, ...]
    is_part: bool = False
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """A date of a sentence: ``2023-08-15``, ``2023-08``, ``2023``, or ``-08`` without a year.

    Attributes:
        role: ``point`` for when something was so, ``start`` for since when, ``end`` for until when,
            ``name`` for one by which something is known: "the law of August 2024".
    """

    start: int
    end: int
    iso: str
    role: Role

    def fits(self, other: Date) -> bool:
        """True where both may be one day: 15 August 2023 and August 2023, or August alone."""
        if self.iso.startswith("-") or other.iso.startswith("-"):
            return _month(self.iso) == _month(other.iso)
        short, long = sorted((self.iso, other.iso), key=len)
        return long.startswith(short)


def find_dates(text: str) -> list[Date]:
    """Gives the dates of a sentence in order."""
    found: dict[int, Date] = {}
    for pattern in (*DATES, ALONE_YEAR, ALONE_MONTH):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            start = min(match.start(n) for n in ("day", "month", "year") if groups.get(n))
            if any(d.start <= start < d.end for d in found.values()):
                continue
            found[start] = Date(start, match.end(), write_date(groups), _role(text[:start]))
    return [found[start] for start in sorted(found)]


def find_figures(text: str) -> list[Figure]:
    """Gives the figures of a sentence in order, without dates and the numbers of laws."""
    hidden = _hide(text, [(d.start, d.end) for d in find_dates(text)])
    hidden = _hide(hidden, [m.span() for m in IDENTIFIER.finditer(hidden)])
    hidden = _hide(hidden, [m.span() for m in RISE.finditer(hidden)])
    figures: list[Figure] = []
    for between in BETWEEN.finditer(hidden):
        figures += _read_between(hidden, between)
        hidden = _hide(hidden, [between.span()])
    figures += [_read_figure(hidden, match) for match in FIGURE.finditer(hidden)]
    figures = [figure for figure in figures if figure.unit]
    return sorted(figures, key=lambda figure: figure.start)


def _read_figure(text: str, match: re.Match[str]) -> Figure:
    value, step = _read_number(match)
    before, after = text[max(0, match.start() - BEFORE) : match.start()], text[match.end() :]
    bound: Bound = "exactly"
    if AT_MOST.search(before):
        bound = "at most"
    elif AT_LEAST.search(before):
        bound = "at least"
    rate = RATE.match(after)
    margin = max(ABOUT * abs(value) if VAGUE.search(before) else 0.0, step / 2)
    return Figure(
        match.start(),
        match.end(),
        float("-inf") if bound == "at most" else value - margin,
        float("inf") if bound == "at least" else value + margin,
        bound,
        value,
        ("%",) if match["percent"] else _find_unit(after),
        bool(ADDED.match(after) or ADDS.search(before)),
        rate["rate"].lower() if rate else "",
    )


def _read_between(text: str, between: re.Match[str]) -> list[Figure]:
    last = FIGURE.match(text, between.start("high"))
    if last is None:
        return []
    high, _ = _read_number(last)
    low = float(read_digits(between["low"]))
    if last["scale"]:
        low *= 10.0 ** SCALES[last["scale"].lower()]
    unit = ("%",) if last["percent"] else _find_unit(text[last.end() :])
    middle = (low + high) / 2
    return [Figure(between.start(), last.end(), low, high, "exactly", middle, unit)]


def _read_number(match: re.Match[str]) -> tuple[float, float]:
    """Gives the number and the step to which it is rounded; whole numbers are exact."""
    if match["word"]:
        return float(WORDS[match["word"].lower()]), 0.0
    digits = read_digits(match["digits"])
    places = SCALES[match["scale"].lower()] if match["scale"] else 0
    fraction = len(digits.partition(".")[2])
    is_rounded = fraction or places or match["percent"]
    return float(digits) * 10.0**places, 10.0 ** (places - fraction) if is_rounded else 0.0


def _find_unit(after: str) -> tuple[str, ...]:
    """Gives the terms right behind a figure; "62 of its 84 votes" counts votes out of 84."""
    total = SHARE_OF.match(after)
    if total:
        whole = FIGURE.match(after, total.end())
        if whole:
            counted = _find_unit(after[whole.end() :])
            return (f"{counted[0]} of {whole[0].strip()}",) if counted else ()
        after = after[total.end() :]
    if ADDED.match(after):
        after = ADDED.sub("", after, count=1)
    words = WORDS_BEHIND.match(after)
    unit: list[str] = []
    for word in re.split(r"[\s-]+", words[0].lower())[1:] if words else ():
        if word in STOP_WORDS or len(unit) == UNIT_WORDS:
            break
        unit.append(to_term(word))
    return tuple(unit)


def _hide(text: str, ranges: list[tuple[int, int]]) -> str:
    """Gives the text with other characters in these ranges, so that places stay as they are."""
    for start, end in ranges:
        text = f"{text[:start]}{'_' * (end - start)}{text[end:]}"
    return text


def _role(before: str) -> Role:
    if NAMING.search(before):
        return "name"
    found = ROLE.search(before)
    word = " ".join(found["role"].lower().split()) if found else ""
    return "start" if word in STARTS else "end" if word in ENDS else "point"


def _month(iso: str) -> str:
    return iso[5:7] if not iso.startswith("-") else iso[1:]
