"""What is said to a greeting, to thanks, or to "what can you do?".

A reply states nothing that a document says. It therefore has no sentences, citations or verdicts,
so that nothing of it can look like a claim that was checked.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.question import Form
from rag.records import Document

TITLES = 3
LONGEST_TITLE = 80  # characters

UNCLEAR = "What is the question about? Please name a person, a thing or an event."


def reply(form: Form, documents: Sequence[Document]) -> str:
    """Gives the reply to a greeting, to thanks, or to a question for what can be asked."""
    if form == "thanks":
        return "You are welcome."
    if form == "farewell":
        return "Goodbye. The library stays as it is until you come back."
    if form == "greeting":
        return f"Hello! {_invite(documents)}"
    return (
        "I answer questions in the words of your documents, and give the place of every "
        "sentence. Ask for a fact, a date, a reason, a list, a comparison of two things, or a "
        "summary; where the documents do not answer, I say so. " + _invite(documents)
    )


def _invite(documents: Sequence[Document]) -> str:
    if not documents:
        return "The library has no documents yet: add some, then ask."
    if len(documents) == 1:
        return f"Ask me about the one document here, {_quote(documents[0])}."
    titles = [_quote(document) for document in documents[:TITLES]]
    listed = f"{', '.join(titles[:-1])} and {titles[-1]}"
    if len(documents) == len(titles):
        return f"Ask me about the {len(documents)} documents here: {listed}."
    return f"Ask me about the {len(documents):,} documents here, among them {listed}."


def _quote(document: Document) -> str:
    title = " ".join((document.title or document.name).split())
    return f"“{title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rstrip() + '…'}”"
