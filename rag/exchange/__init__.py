"""A chat → JSON, Markdown or HTML; and the JSON back into a chat."""

from rag.exchange.markup import to_html
from rag.exchange.reading import MOST_BYTES, read_chat
from rag.exchange.text import escape_markdown, quote_markdown, to_markdown
from rag.exchange.writing import to_json_text

__all__ = [
    "MOST_BYTES",
    "escape_markdown",
    "quote_markdown",
    "read_chat",
    "to_html",
    "to_json_text",
    "to_markdown",
]
