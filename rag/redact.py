"""An answer → the same without what it quotes from some documents."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from rag.records import Answer, Citation

ERASED = "[erased]"


def redact(answer: Answer, document_ids: Collection[str]) -> Answer:
    """Puts ``ERASED`` in place of each quote from these documents and of what was made from it.

    Which document and which place were cited stays, so that it can be told what is missing.
    """
    gone = {c.marker for c in answer.citations if c.document.id in document_ids}
    sentences = tuple(
        replace(sentence, text=ERASED) if gone.intersection(sentence.markers) else sentence
        for sentence in answer.sentences
    )
    text = answer.text
    if sentences != answer.sentences:
        text = " ".join(s.text for s in sentences if s.verdict != "unsupported")
    return replace(
        answer,
        text=text,
        sentences=sentences,
        citations=tuple(_redact(citation, document_ids) for citation in answer.citations),
        nearest=tuple(_redact(citation, document_ids) for citation in answer.nearest),
        conflicts=tuple(
            replace(conflict, note=ERASED) if gone.intersection(conflict.markers) else conflict
            for conflict in answer.conflicts
        ),
    )


def _redact(citation: Citation, document_ids: Collection[str]) -> Citation:
    if citation.document.id not in document_ids:
        return citation
    return replace(citation, quote=ERASED, answer_spans=())
