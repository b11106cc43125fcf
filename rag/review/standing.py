"""A citation → whether its quote still stands where it says."""

from __future__ import annotations

from typing import Literal, Protocol

from rag.errors import UnknownDocument
from rag.records import Citation
from rag.redact import ERASED

Standing = Literal["stands", "moved", "gone", "erased"]


class TextLibrary(Protocol):
    """What looking a quote up asks of the library."""

    def text(self, document_id: str, /) -> str:
        """Gives a document's extracted text, or raises UnknownDocument."""
        ...


def find_standing(citation: Citation, library: TextLibrary) -> Standing:
    """Tells whether the quote is, character for character, at its place in the document.

    ``moved`` is said of a document that is there and says something else at that place, ``gone``
    of one that is not in the library (any more).
    """
    if citation.quote == ERASED:
        return "erased"
    try:
        text = library.text(citation.document.id)
    except UnknownDocument:
        return "gone"
    return "stands" if text[citation.start : citation.end] == citation.quote else "moved"
