"""Small questions to XML elements, whatever their namespaces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rag.parse.clean import clean_words
from rag.parse.dates import read_date
from rag.parse.head import Facts

_DATES = ("issued", "created", "creation-date", "date", "modified")


def tag_of(element: Any) -> str:
    """Gives an element's name without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute_of(element: Any, local_name: str) -> str | None:
    """Gives the attribute of that name in any namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == local_name:
            return str(value)
    return None


def read_dublin_core(elements: Iterable[Any]) -> Facts:
    """Reads title, creator and date, which office documents and books tell in the same words."""
    found: dict[str, str] = {}
    for element in elements:
        words = clean_words(element.text or "")
        if words:
            found.setdefault(tag_of(element), words)
    dates = (read_date(found[key]) for key in _DATES if key in found)
    author = found.get("creator") or found.get("initial-creator")
    return Facts(
        title=found["title"][:300] if "title" in found else None,
        author=author[:300] if author else None,
        date=next((date for date in dates if date), None),
    )
