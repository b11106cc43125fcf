"""Texts to words, the same for what is indexed and what is asked; and the fields they stand in."""

from __future__ import annotations

import unicodedata
from typing import Any

from rag.records import StoredChunk
from rag.terms import STOP_WORDS

ANALYSIS = 1  # raise it when a word is taken apart or kept otherwise: indexes are built anew
LONGEST_WORD = 80  # bytes; what is longer is no word that anybody types


def make_schema() -> Any:
    from tantivy import SchemaBuilder

    return (
        SchemaBuilder()
        # Not an unsigned field: tantivy-py 0.27 takes a number for a signed one when it deletes by
        # it, and then deletes nothing, without a word.
        .add_integer_field("chunk", indexed=True, fast=True)
        .add_text_field("document", tokenizer_name="raw", index_option="basic")
        .add_text_field("body", tokenizer_name="words", index_option="freq")
        .add_text_field("headings", tokenizer_name="words", index_option="freq")
        .build()
    )


def make_analyzers() -> tuple[Any, Any]:
    """Gives the analysis of what is indexed and, without stop words, of what is asked."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    def build(*extra: Any) -> Any:
        builder = TextAnalyzerBuilder(Tokenizer.simple())
        before = [Filter.remove_long(LONGEST_WORD), Filter.lowercase(), Filter.ascii_fold()]
        for step in (*before, *extra, Filter.stemmer("english")):
            builder = builder.filter(step)
        return builder.build()

    # "Russia's" falls apart into two words, of which the second says nothing.
    return build(), build(Filter.custom_stopword([*STOP_WORDS, "s", "t"]))


def make_document(chunk: StoredChunk, title: str) -> Any:
    from tantivy import Document as Entry

    entry = Entry()
    entry.add_integer("chunk", chunk.id)
    entry.add_text("document", chunk.document_id)
    entry.add_text("body", normalise(chunk.text))
    entry.add_text("headings", normalise("\n".join((title, *chunk.headings))))
    return entry


def normalise(text: str) -> str:
    """One form for what Unicode writes in several ways: accents, ligatures, wide letters."""
    whole = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate is no character
    return unicodedata.normalize("NFKC", whole)
