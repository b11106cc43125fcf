"""Dates, sums and shares in a text, normalised so that they can be compared.

"15 August 2023", "August 15, 2023" and "2023-08-15" are one date; "1.4 billion" and "1,400
million" one number. What is quoted stays as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sep sept", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
DATES = tuple(
    re.compile(rf"\b{form}\b", re.I)
    for form in (
        r"(?P<year>(?:1[5-9]|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)",
        rf"{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}",
        rf"{MONTH}\s+{DAY},?\s+{YEAR}",
        rf"{MONTH},?\s+{YEAR}",
    )
)
SCALES = {"thousand": 3, "million": 6, "m": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12}
SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
DIGITS = r"\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
NUMBER = re.compile(
    rf"(?<![\w.,-])(?P<number>{DIGITS})"
    rf"(?:\s*(?P<percent>%|per\s?cent\b)|\s*(?P<scale>{SCALE})\b)?",
    re.I,
)
WORDS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split(),
        1,
    )
}
NUMBER_WORD = "|".join(word for word in WORDS if word != "one")  # which is a pronoun
WORD_NUMBER = re.compile(rf"\b(?P<word>{NUMBER_WORD})\b", re.I)


def find_quantities(text: str) -> frozenset[str]:
    """Gives the quantities of a text, each in one form: ``2023-08-15``, ``1400000000``, ``30%``."""
    found: set[str] = set()
    for pattern in DATES:
        for date in pattern.finditer(text):
            found.add(write_date(date.groupdict()))
        text = pattern.sub(" ", text)
    found.update(_write_number(number) for number in NUMBER.finditer(text))
    found.update(str(WORDS[word["word"].lower()]) for word in WORD_NUMBER.finditer(text))
    return frozenset(found)


def write_date(parts: Mapping[str, str | None]) -> str:
    """Writes a date of a year, a month, or both: ``2023-08-15``, ``2023-08``, ``2023``, ``-08``."""
    month, day = parts.get("month"), parts.get("day")
    number = f"-{MONTHS.get(month.lower()) or int(month):02}" if month else ""
    return f"{parts.get('year') or ''}{number}{f'-{int(day):02}' if day else ''}"


def read_digits(digits: str) -> str:
    """Gives what ``DIGITS`` found without the signs between its thousands."""
    return re.sub(r"[, \u00a0\u202f]", "", digits)


def _write_number(number: re.Match[str]) -> str:
    whole, _, fraction = read_digits(number["number"]).partition(".")
    places = SCALES[number["scale"].lower()] if number["scale"] else 0
    fraction = fraction.ljust(places, "0")
    whole = (whole + fraction[:places]).lstrip("0") or "0"
    rest = fraction[places:].rstrip("0")
    return f"{whole}{'.' + rest if rest else ''}{'%' if number['percent'] else ''}"
