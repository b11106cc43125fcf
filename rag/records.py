"""The nouns of Footnote, as immutable records.

Every ``start`` and ``end`` counts Unicode characters in a document's extracted text, half open:
``text[start:end]`` is what the record speaks of.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

BlockKind = Literal["heading", "paragraph", "list_item", "table_row", "code"]
Status = Literal["answered", "abstained", "unclear"]
Verdict = Literal["verbatim", "supported", "partly", "unsupported"]
Origin = Literal["file", "upload", "paste", "address"]
JobKind = Literal["upload", "paste", "address", "file", "sync"]
JobStage = Literal[
    "queued", "fetching", "reading", "embedding", "storing", "ready", "refused", "cancelled"
]
ENDS: tuple[JobStage, ...] = ("ready", "refused", "cancelled")
StepKind = Literal["rewrite", "search", "write"]


# What a file says.


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document that is not to be cut without need.

    Attributes:
        start, end: the block's characters, without the line end after it.
        kind: what the block is.
        level: 1 to 6 for a heading, 0 otherwise.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page of a paged document stands in its text; ``number`` counts from 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser read from one file.

    Attributes:
        text: the extracted text, with ``\\n`` alone for a line end.
        media_type: for instance ``application/pdf``.
        blocks: in order, not overlapping; what lies between them is white space.
        pages: in order; empty where the format has no pages.
        title, author: as the file tells them.
        date: ISO 8601, as exact as the file tells it: ``2022-01-20``, ``2022-01`` or ``2022``.
        warnings: one plain sentence each, for the person who added the file.
    """

    text: str
    media_type: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    title: str | None = None
    author: str | None = None
    date: str | None = None
    warnings: tuple[str, ...] = ()


# What the library keeps.


@dataclass(frozen=True, slots=True)
class Source:
    """One way by which a document came in.

    Attributes:
        name: the file's own name with its ending.
        origin: ``file`` for a path on this machine, ``upload`` for the browser, ``paste`` for a
            text without a file, ``address`` for the web.
        location: the absolute path of a file, or the web address; empty otherwise.
        size: bytes, of the file when it was read.
        modified_ns: the file's modification time in nanoseconds; 0 for all but files.
    """

    name: str
    origin: Origin
    location: str
    size: int
    modified_ns: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a document in the library, without its text.

    ``title`` and ``date`` are those that a person gave, or the file tells; ``pages`` is None for
    formats without pages; ``added`` is an ISO 8601 time in UTC; ``language`` is an ISO 639-1 code,
    None where there is no telling.
    """

    id: str
    name: str
    title: str
    sha256: str
    date: str | None
    author: str | None
    media_type: str
    pages: int | None
    characters: int
    chunks: int
    added: str
    names: tuple[str, ...]
    warnings: tuple[str, ...]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """A document's title and date by one authority: a person, or the file; None: it gives none."""

    title: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """A likely duplicate of a document.

    Attributes:
        share: the estimated share of their wording that both have, 0 to 1.
        same_text: whether all words are the same, in another format or under other punctuation.
    """

    document_id: str
    share: float
    same_text: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was made equal to; ``synced`` is when last, an ISO 8601 time in UTC."""

    path: str
    watching: bool
    synced: str | None


@dataclass(frozen=True, slots=True)
class RemovedDocument:
    """A document that was removed and can be put back ``until`` then, in seconds since 1970."""

    id: str
    name: str
    until: float


@dataclass(frozen=True, slots=True)
class Job:
    """One file on its way into the library, or the end of a folder's ``sync``.

    Attributes:
        name: the file's own name, cleaned; for an address the address, until it is fetched.
        location: the absolute path of a file or folder, or the address; empty for an upload.
        title: the one that a person gave to a pasted text.
        done, total: the chunks that are embedded, of how many.
        seconds: spent on it, without the time for which it waited.
        note: one sentence: why it was refused and what to do, what it waits for, or what else is
            worth knowing; else empty.
        document_id: the document that it became.
        submitted, ended: ISO 8601 times in UTC.
        tries: how often it was begun.
        cancelling: it is in hand, and ends as soon as it can be left.
    """

    id: str
    kind: JobKind
    name: str
    location: str = ""
    title: str | None = None
    stage: JobStage = "queued"
    done: int = 0
    total: int = 0
    pages: int | None = None
    characters: int = 0
    chunks: int = 0
    seconds: float = 0.0
    note: str = ""
    document_id: str | None = None
    submitted: str = ""
    ended: str | None = None
    tries: int = 0
    cancelling: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.stage in ENDS


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document's text that is found as one; chunks cover the whole text.

    ``headings`` is the path of headings above the chunk, outermost first.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the library keeps it, with its text. ``page`` is the page on which it starts."""

    id: int
    document_id: str
    start: int
    end: int
    headings: tuple[str, ...]
    page: int | None
    text: str


# What a question brings.


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was retrieved for a question.

    Attributes:
        text: the document's text from ``start`` to ``end``.
        score: the fused score by which passages are ranked; comparable within one question only.
        similarity: cosine of question and passage, -1 to 1; None where words alone found it.
        word_rank, vector_rank: place in either ranking, from 1; None where it did not find it.
    """

    chunk_id: int
    document: Document
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    page: int | None
    score: float
    similarity: float | None = None
    word_rank: int | None = None
    vector_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a passage that answer, as the reader found them.

    Attributes:
        passage: index into the passages that were read.
        start, end: characters of the document (not of the passage).
        score: 0 to 1, how well these words answer; comparable within one question.
    """

    passage: int
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found: spans, best first, and how sure it is that they answer (0 to 1)."""

    spans: tuple[Span, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """The key words inside a citation; ``text`` is the document's ``text[start:end]``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """The document of a citation, copied so that a later change cannot move the citation."""

    id: str
    name: str
    title: str
    sha256: str
    date: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and the place where it stands: the document's ``text[start:end] == quote``."""

    marker: int
    document: CitedDocument
    page: int | None
    start: int
    end: int
    quote: str
    answer_spans: tuple[AnswerSpan, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, the numbers of its citations, and how they support it."""

    text: str
    markers: tuple[int, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Agreement:
    """Citations of different documents that state the same, the one that is shown first."""

    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Citations that do not go together, the older document's first.

    Attributes:
        note: in what, one sentence.
        as_of: date of the newest of their documents, ISO 8601; None where none has a date.
    """

    markers: tuple[int, ...]
    note: str
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done on the way to a written answer.

    Attributes:
        kind: ``rewrite`` the question, ``search`` for passages, or ``write`` by a language model.
        text: what came of it, in words for the person who asked.
        input_tokens, output_tokens: as the model's provider counted them; None where it did not.
        cost: of these tokens in US dollars; None where they or their price are not known.
    """

    kind: StepKind
    text: str
    milliseconds: float
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and the text of its answer.

    Attributes:
        searched_for: the question as it stood alone, where it is known.
        sources: titles of the documents that the answer cites, in order.
    """

    question: str
    answer: str
    searched_for: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as pages, command line and other programs see it.

    An answer that abstains has no sentences' citations, and the nearest passages instead. Citations
    that no sentence rests on are those of ``agreements`` and ``conflicts``.
    """

    id: str
    question: str
    searched_for: str
    status: Status
    text: str
    confidence: float
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    model: str = "reader"
    notice: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


def to_turn(answer: Answer) -> Turn:
    """Gives an answer as what was said before the next question."""
    titles = dict.fromkeys(c.document.title or c.document.name for c in answer.citations)
    searched_for = "" if answer.status == "unclear" else answer.searched_for
    return Turn(answer.question, answer.text, searched_for, tuple(titles))


def to_json(record: Any) -> dict[str, Any]:
    """Gives a record as plain dictionaries and lists, ready for ``json.dumps``."""
    return dataclasses.asdict(record)


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """Makes the Answer that ``to_json`` took apart; older ones lack what came later."""
    return Answer(
        **{
            **data,
            "sentences": tuple(_sentence(s) for s in data["sentences"]),
            "citations": tuple(_citation(c) for c in data["citations"]),
            "nearest": tuple(_citation(c) for c in data["nearest"]),
            "conflicts": tuple(
                Conflict(**{**c, "markers": tuple(c["markers"])}) for c in data["conflicts"]
            ),
            "agreements": tuple(Agreement(tuple(a["markers"])) for a in data.get("agreements", ())),
            "steps": tuple(Step(**step) for step in data.get("steps", ())),
        }
    )


def _sentence(data: Mapping[str, Any]) -> Sentence:
    return Sentence(data["text"], tuple(data["markers"]), data["verdict"])


def _citation(data: Mapping[str, Any]) -> Citation:
    return Citation(
        **{
            **data,
            "document": CitedDocument(**data["document"]),
            "answer_spans": tuple(AnswerSpan(**span) for span in data["answer_spans"]),
        }
    )
