"""What is known of a document's file, as names with what is said of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.records import Document, Source
from ui import services
from ui.kinds import kind_in_words, language_in_words, size_in_words
from ui.words import clean, count, date_in_words

_ORIGINS = {"upload": "uploaded", "paste": "pasted"}


def facts_of(document: Document, *, whole: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Gives the facts that are known; with ``whole`` the hash and the warnings too."""
    sources = services.core().library.sources(document.id)
    known = [
        ("Name" if len(document.names) == 1 else "Names", [clean(n) for n in document.names]),
        ("Kind", [kind_in_words(document.media_type)]),
        ("Date", [date_in_words(document.date)]),
        ("Author", [clean(document.author or "")]),
        ("Language", [language_in_words(document.language)]),
        ("Length", [_length_in_words(document, sources)]),
        ("Added", [date_in_words(document.added[:10])]),
        ("Came from", [_source_in_words(source) for source in sources]),
    ]
    if whole:
        known += [
            ("SHA-256", [document.sha256]),
            ("Warnings", [clean(warning) for warning in document.warnings] or ["none"]),
        ]
    for name, values in known:
        if any(values):
            yield name, values


def _length_in_words(document: Document, sources: Sequence[Source]) -> str:
    parts = [
        "" if document.pages is None else count(document.pages, "page"),
        count(document.characters, "character"),
        count(document.chunks, "passage"),
        size_in_words(sources[0].size) if sources else "",
    ]
    return " · ".join(part for part in parts if part)


def _source_in_words(source: Source) -> str:
    return clean(source.location) or f"{clean(source.name)}, {_ORIGINS[source.origin]}"
