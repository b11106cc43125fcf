"""An answer to questions that go on from it: what else its documents have a heading for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from rag.chunks import read_heading
from rag.records import Answer, Block, Citation
from rag.terms import extract_terms

LONGEST_WORDS = 10  # a longer heading is a sentence, and a poor line on a button
NUMBER = re.compile(r"^(?:\d+(?:\.\d+)+|\d+[.)]|[IVX]+\.|§+\s*\d+)\s+")
ASKS = re.compile(r"(?:who|what|when|where|which|why|how)\b", re.IGNORECASE)
ARTICLE = re.compile(r"(?:The|A|An|Its|Their)\b")
# Headings of any document, which name nothing of its own.
PARTS = re.compile(
    r"(?:introduction|preface|foreword|contents|table of contents|abstract|summary|overview|"
    r"background|purpose|conclusions?|references|sources|notes|footnotes|see also|appendix|annex|"
    r"glossary|acknowledge?ments|further reading|related|contact)\b[^\w]*",
    re.IGNORECASE,
)


class OutlinedLibrary(Protocol):
    """What going on asks of the library."""

    def text(self, document_id: str) -> str: ...

    def blocks(self, document_id: str) -> tuple[Block, ...]: ...


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below a heading, up to the next of its level: ``start`` is after the heading."""

    heading: str
    start: int
    end: int

    def holds(self, citation: Citation) -> bool:
        """Whether a quote of the same document lies below the heading."""
        return self.start <= citation.start and citation.end <= self.end


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question to one document, by its id, and the section that ought to answer it."""

    question: str
    document: str
    section: Section

    def is_answered(self, answer: Answer) -> bool:
        """Whether an answer to the question begins with words of the section."""
        markers = {marker for sentence in answer.sentences[:1] for marker in sentence.markers}
        cited = [citation for citation in answer.citations if citation.marker in markers]
        return bool(cited) and all(map(self.section.holds, cited))


def propose_follow_ups(answer: Answer, library: OutlinedLibrary) -> Iterator[FollowUp]:
    """Gives questions about what stands near the quotes, from one cited document after the other.

    Sections of which something is cited already are left out.

    Raises:
        UnknownDocument: a cited document is gone.
    """
    documents = list(dict.fromkeys(citation.document.id for citation in answer.citations))
    asked = {frozenset(extract_terms(answer.searched_for))}
    for row in zip_longest(*(_propose(answer, library, id_) for id_ in documents)):
        for found in row:
            if found and (terms := frozenset(extract_terms(found.question))) not in asked:
                asked.add(terms)
                yield found


def _propose(answer: Answer, library: OutlinedLibrary, document_id: str) -> list[FollowUp]:
    cited = [c for c in answer.citations if c.document.id == document_id]
    sections = [
        section
        for section in read_sections(library.text(document_id), library.blocks(document_id))
        if _names_something(section.heading) and not any(map(section.holds, cited))
    ]
    sections.sort(key=lambda section: abs(section.start - cited[0].start))
    return [FollowUp(ask_about(s.heading), document_id, s) for s in sections]


def read_sections(text: str, blocks: Sequence[Block]) -> list[Section]:
    """Gives what stands below each heading but the first, which is the document's title."""
    headings = [block for block in blocks if block.kind == "heading"]
    sections = []
    for number, heading in enumerate(headings[1:], start=2):
        ends = (h.start for h in headings[number:] if h.level <= heading.level)
        words = read_heading(text[heading.start : heading.end])
        sections.append(Section(words, heading.end, next(ends, len(text))))
    return sections


def ask_about(heading: str) -> str:
    """Gives a heading as a question: "Why the bank is worried" as "Tell me why the bank …"."""
    words = NUMBER.sub("", heading)
    if words.endswith("?"):
        return words
    if words.isupper() and " " in words:
        words = words.lower()
    if ASKS.match(words):
        return f"Tell me {words[0].lower()}{words[1:]}"
    return f"Tell me about {words[0].lower() + words[1:] if ARTICLE.match(words) else words}"


def _names_something(heading: str) -> bool:
    words = NUMBER.sub("", heading)
    return (
        len(words.split()) <= LONGEST_WORDS
        and not PARTS.fullmatch(words)
        and len("".join(extract_terms(words))) > 2
    )
