"""Title, author and date of a web page, from its head."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.parse.clean import clean_words
from rag.parse.dates import read_date

_TITLE_KEYS = ("og:title", "twitter:title", "dc.title", "citation_title", "headline")
_AUTHOR_KEYS = (
    "author",
    "article:author",
    "dc.creator",
    "citation_author",
    "byl",
    "parsely-author",
)
_DATE_KEYS = (
    *("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate"),
    *("publishdate", "citation_publication_date", "parsely-pub-date", "og:published_time"),
    *("article:modified_time", "datemodified", "last-modified"),
)
_SITE_SUFFIX = re.compile(r"\s+[|–—·»-]\s+[^|–—·»]{1,40}$")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says of itself; None where it does not."""

    title: str | None
    author: str | None
    date: str | None


def read_facts(root: Any) -> PageFacts:
    """Reads the facts from meta tags, JSON-LD, ``<time>`` and ``<title>``, the surest first."""
    metas = _metas(root)
    linked = list(_linked_data(root))
    title = _first(metas, _TITLE_KEYS) or _json_text(linked, "headline") or _title_tag(root)
    author = _json_text(linked, "author") or _first(metas, _AUTHOR_KEYS)
    if author and author.startswith(("http:", "https:")):
        author = None
    return PageFacts(title, author, _date(root, metas, linked))


def _date(root: Any, metas: dict[str, str], linked: list[dict[str, Any]]) -> str | None:
    values = [_json_text(linked, "datePublished"), *(metas.get(key) for key in _DATE_KEYS)]
    values += [element.get("datetime") or element.text for element in root.iter("time")]
    for value in values:
        if value and (date := read_date(value[:100])):
            return date
    return None


def _metas(root: Any) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in root.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = clean_words(element.get("content") or "")
        if key and content:
            metas.setdefault(key.lower(), content[:300])
    return metas


def _first(metas: dict[str, str], keys: tuple[str, ...]) -> str | None:
    return next((metas[key] for key in keys if key in metas), None)


def _title_tag(root: Any) -> str | None:
    for element in root.iter("title"):
        title = clean_words(element.text_content())
        if title:
            return _SITE_SUFFIX.sub("", title)[:300]
    return None


def _linked_data(root: Any) -> Iterator[dict[str, Any]]:
    for element in root.iter("script"):
        if "ld+json" not in (element.get("type") or ""):
            continue
        try:
            data = json.loads(element.text or "")
        except (ValueError, RecursionError):
            continue  # pages often carry broken JSON-LD; the other places are looked at instead
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict):
                graph = item.get("@graph")
                yield item
                yield from (
                    (i for i in graph if isinstance(i, dict)) if isinstance(graph, list) else ()
                )


def _json_text(items: list[dict[str, Any]], key: str) -> str | None:
    for item in items:
        value = item.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("name")
        if isinstance(value, str) and clean_words(value):
            return clean_words(value)[:300]
    return None
