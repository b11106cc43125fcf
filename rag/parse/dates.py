"""Dates as documents write them → ISO 8601, as exact as they are told."""

from __future__ import annotations

import re
from datetime import date

_MONTH_STEMS = (  # English, German, French, Spanish, Russian
    ("jan", "jän", "ene", "янв"),
    ("feb", "fév", "fev", "фев"),
    ("mar", "mär", "mrz", "мар"),
    ("apr", "avr", "abr", "апр"),
    ("may", "mai", "мая", "май"),
    ("jun", "juin", "июн"),
    ("jul", "juil", "июл"),
    ("aug", "aoû", "aou", "ago", "авг"),
    ("sep", "сен"),
    ("oct", "okt", "окт"),
    ("nov", "ноя"),
    ("dec", "dez", "déc", "dic", "дек"),
)
_MONTH_WORD = (
    r"(?:jan(?:uary|uar|vier|\.)?|jänner|enero|feb(?:ruary|ruar|rero|\.)?|février|mar(?:ch|s|zo|\.)?"
    r"|märz|apr(?:il|\.)?|avril|abril|may|mai|mayo|june?|juni|juin|junio|jun\.|july?|juli|juillet"
    r"|julio|jul\.|aug(?:ust|\.)?|août|agosto|sept?(?:ember|embre|iembre|\.)?|setiembre"
    r"|o[ck]t(?:ober|obre|ubre|\.)?|nov(?:ember|embre|iembre|\.)?|de[cz](?:ember|\.)?|décembre"
    r"|diciembre|январ[ья]|феврал[ья]|марта?|апрел[ья]|ма[йя]|июн[ья]|июл[ья]|августа?"
    r"|сентябр[ья]|октябр[ья]|ноябр[ья]|декабр[ья])"
)
_YEAR = r"(?P<y>1[5-9]\d\d|20\d\d)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)",
        rf"(?<!\d){_YEAR}[/.](?P<m>\d\d?)[/.](?P<d>\d\d?)(?!\d)",
        rf"(?<![\d\w])(?P<d>\d\d?)(?:st|nd|rd|th|\.|er)?\s+(?:of\s+|de\s+)?(?P<w>{_MONTH_WORD}),?\s+(?:de\s+)?{_YEAR}(?!\d)",
        rf"(?<!\w)(?P<w>{_MONTH_WORD})\s+(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d)",
        rf"(?<!\d)(?P<d>\d\d?)\.(?P<m>\d\d?)\.{_YEAR}(?!\d)",
        rf"(?<!\d)(?P<a>\d\d?)[/-](?P<b>\d\d?)[/-]{_YEAR}(?!\d)",
        rf"(?<!\d)(?P<d>\d\d?)-(?P<w>{_MONTH_WORD})-{_YEAR}(?!\d)",
    )
)
_MONTH_AND_YEAR = re.compile(rf"(?<!\w)(?P<w>{_MONTH_WORD}),?\s+{_YEAR}(?!\d)", re.IGNORECASE)
_BARE = re.compile(r"\s*(\d{4})(?:-(\d\d))?\s*$")
_COMPACT = re.compile(r"\s*(?:D:)?(\d{4})(\d\d)?(\d\d)?(?:\d|[-+Z]|$)")


def read_date(text: str) -> str | None:
    """Reads a value that is meant as a date; None where it is none that can be told.

    Day and month in figures alone (``03/04/2022``) are told only where one of them is over 12.
    """
    if found := find_date(text):
        return found
    if match := _MONTH_AND_YEAR.search(text):
        return _iso(int(match["y"]), _month(match["w"]), None)
    if match := _BARE.match(text):
        return _iso(int(match[1]), int(match[2]) if match[2] else None, None)
    if match := _COMPACT.match(text):
        return _iso(*(int(part) if part else None for part in match.groups()))
    return None


def find_date(text: str) -> str | None:
    """Finds the first whole date, with year, month and day, inside running text."""
    found = [m for pattern in _PATTERNS for m in [pattern.search(text)] if m]
    for match in sorted(found, key=lambda m: m.start()):
        if iso := _from_match(match):
            return iso
    return None


def _from_match(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    year = int(parts["y"])
    if parts.get("a"):
        a, b = int(parts["a"]), int(parts["b"])
        if a == b or (a > 12) != (b > 12):
            return _iso(year, min(a, b), max(a, b))
        return None
    month = _month(parts["w"]) if parts.get("w") else int(parts["m"])
    return _iso(year, month, int(parts["d"]))


def _month(word: str) -> int | None:
    lower = word.lower()
    for number, stems in enumerate(_MONTH_STEMS, start=1):
        if lower.startswith(stems):
            return number
    return None


def _iso(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    if year is None or not 1500 <= year <= 2100:
        return None
    if not month:
        return f"{year:04}"
    if not day:
        return f"{year:04}-{month:02}" if month <= 12 else None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
