"""What any store of a library must do, whatever database is behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from rag.likeness import Fingerprint
from rag.records import (
    Block,
    Chunk,
    Document,
    Folder,
    Job,
    JobStage,
    Page,
    ParsedDocument,
    Particulars,
    RemovedDocument,
    Source,
    StoredChunk,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk to be stored.

    Attributes:
        chunk: its range and headings.
        page: the page on which it starts.
        content: hash of what was embedded for it; its vector is kept under this.
    """

    chunk: Chunk
    page: int | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Traits:
    """What a document's text is like; ``rules`` names those by which it was found."""

    rules: int
    language: str | None
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to be stored with all that was made from it.

    Attributes:
        id, sha256: of the file's bytes; the id is the hash's first 16 characters.
        chunking: names the rules by which the chunks were cut.
        model: the embedding model of ``vectors``.
        vectors: by content hash; float16, only those that the store does not know yet.
        traits: None where those that are there stay.
        given: what a person says in place of what the file tells.
        former: the id of the document of which this is a new version.
    """

    id: str
    sha256: str
    parsed: ParsedDocument
    chunks: Sequence[NewChunk]
    chunking: str
    model: str
    vectors: Mapping[bytes, NDArray[np.float16]]
    traits: Traits | None = None
    given: Particulars = field(default_factory=Particulars)
    former: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to the chunks after a generation, up to and with ``generation``."""

    generation: int
    removed: tuple[int, ...]
    added: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    documents: int
    chunks: int
    characters: int
    vectors: int
    bytes: int


class LibraryStore(Protocol):
    """The one truth of a library: documents, their texts, chunks and vectors.

    Every method that changes something is one transaction, durable when the method returns, and
    raises the generation by one. Safe for many reading threads and processes beside one writer.

    Errors, from any method: LibraryFull, LibraryBusy, LibraryBroken.
    """

    # The library.

    @property
    def jobs(self) -> JobStore:
        """What is on its way into the library."""
        ...

    @property
    def library_id(self) -> str:
        """A random name, given when the library was made; no two libraries share one."""
        ...

    def generation(self) -> int:
        """How many changes there have been."""
        ...

    def model(self) -> str | None:
        """The embedding model of which every chunk has a vector; None where none was chosen."""
        ...

    def choose_model(self, name: str) -> None:
        """Notes that every chunk has a vector of this model; no new generation."""
        ...

    def start_afresh(self, above: int) -> None:
        """Makes this another library, at a generation above that one, that no index can follow."""
        ...

    def counts(self) -> Counts: ...

    # Documents.

    def documents(self) -> list[Document]:
        """All documents, ordered by name, then id."""
        ...

    def document(self, document_id: str) -> Document | None: ...

    def find(self, selector: str) -> list[Document]:
        """The documents of this id or with this name among their names; empty where none."""
        ...

    def text(self, document_id: str) -> str:
        """The extracted text; raises UnknownDocument."""
        ...

    def blocks(self, document_id: str) -> list[Block]: ...

    def pages(self, document_id: str) -> list[Page]: ...

    def sources(self, document_id: str) -> list[Source]:
        """The ways by which a document came in, first come first."""
        ...

    def sources_under(self, folder: str) -> dict[str, tuple[str, Source]]:
        """Files below an absolute folder: location to (document id, source)."""
        ...

    def source_at(self, location: str) -> tuple[str, Source] | None:
        """The document id and source of a file's absolute path, or of a web address."""
        ...

    def uploaded(self) -> set[str]:
        """Hashes of documents that came otherwise than as a file, of those put aside too."""
        ...

    def own_title(self, document_id: str) -> str | None:
        """A title that is given or told; ``Document.title`` falls back to the document's name."""
        ...

    def given(self, document_id: str) -> Particulars:
        """What a person says in place of what the file tells."""
        ...

    def told(self, document_id: str) -> Particulars:
        """What the file tells."""
        ...

    def cut_otherwise(self, chunking: str) -> list[str]:
        """The ids of documents whose chunks were cut by other rules."""
        ...

    # Likeness.

    def without_traits(self, rules: int) -> list[str]:
        """The ids of documents whose traits are not known, or were found by other rules."""
        ...

    def candidates(self, document_id: str | None = None) -> list[tuple[str, str]]:
        """Pairs that may be duplicates: one document's (which comes first in each), or all.

        All pairs come in either order; what ``keep_pair`` has noted does not come.
        """
        ...

    def fingerprints(self, document_ids: Collection[str]) -> dict[str, Fingerprint]:
        """Those that are known."""
        ...

    # Chunks and vectors.

    def chunk_ids(self, document_ids: Collection[str] | None = None) -> list[int]:
        """The chunks of these documents, or all, in ascending order."""
        ...

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """Those of the chunks that exist."""
        ...

    def contents(self, document_id: str) -> list[tuple[Chunk, bytes]]:
        """A document's chunks in order, with their content hashes."""
        ...

    def counts_removed(self) -> int:
        """How many chunks have been removed, and not put back, since the library was made."""
        ...

    def changes_since(self, generation: int) -> Changes | None:
        """What a derived index must do to follow; None where it must be built anew."""
        ...

    def known_vectors(self, model: str, contents: Collection[bytes]) -> set[bytes]:
        """Those of the contents that need no embedding."""
        ...

    def vectors_of(self, chunk_ids: Sequence[int], model: str) -> dict[int, NDArray[np.float32]]:
        """Vectors of those chunks that exist and have one of this model."""
        ...

    def without_vector(self, model: str) -> list[int]:
        """The chunks that have no vector of this model."""
        ...

    # Changes.

    def put(self, document: NewDocument, source: Source | None = None) -> None:
        """Adds a document, or replaces the one of the same id.

        ``source`` is None where a document that is there is cut anew. Where it is a file whose
        path stood for another document, that document loses the path, and goes where it was its
        last source.
        """
        ...

    def add_source(self, document_id: str, source: Source) -> None:
        """Gives a document another source; a path leaves its former document as with ``put``."""
        ...

    def touch(self, sources: Collection[Source]) -> None:
        """Notes new sizes and times of files whose content is the same; no new generation."""
        ...

    def remove_sources(self, locations: Collection[str]) -> list[str]:
        """Takes away files; gives the ids of the documents that went because none was left."""
        ...

    def remove(self, *document_ids: str, until: float | None = None) -> None:
        """Removes documents and all that was made from them; nothing where there are none.

        With ``until``, in seconds since 1970, what ``put_back`` needs is kept apart.
        """
        ...

    def keep_until(self, document_ids: Collection[str], until: float) -> None:
        """Gives removed documents another time until which they can be put back."""
        ...

    def put_back(self, document_ids: Collection[str]) -> list[str]:
        """Undoes removals, all in one transaction; gives the ids of what has come back.

        Where the same content has come in again, that stays and gets the sources as well. A path
        that stands for another document by now stays with that one; what has no other source
        does not come back.
        """
        ...

    def removed(self) -> list[RemovedDocument]:
        """The documents that can be put back, ordered by name, then id."""
        ...

    def unerased(self, until: float = math.inf) -> list[str]:
        """Ids of removed documents whose time is over then, and whose erasure is not confirmed."""
        ...

    def drop_kept(self, document_ids: Collection[str]) -> None:
        """Gives up what would put these documents back; no new generation."""
        ...

    def confirm_erased(self, document_ids: Collection[str]) -> None:
        """Notes that nothing is left of these documents anywhere; no new generation."""
        ...

    def put_given(self, document_id: str, given: Particulars) -> None:
        """Keeps what a person says of a document; for a title that is embedded, see ``put``."""
        ...

    def put_traits(self, traits: Mapping[str, Traits]) -> None:
        """Keeps the traits of documents that are there; no new generation."""
        ...

    def keep_pair(self, one: str, other: str) -> None:
        """Notes that two documents are to be kept, however alike; no new generation."""
        ...

    def put_vectors(self, model: str, vectors: Mapping[bytes, NDArray[np.float16]]) -> None:
        """Keeps vectors for chunks that are there already."""
        ...

    def has_traces(self) -> bool:
        """Whether something was removed since traces were last erased, by whatever process."""
        ...

    def erase_traces(self) -> bool:
        """Makes what was removed unreadable on disk; False where a reader was in the way."""
        ...

    # Folders; none of these is a new generation.

    def folders(self) -> list[Folder]:
        """The folders that were made equal to or are watched, by their paths."""
        ...

    def put_folder(self, path: str, watching: bool) -> None:
        """Notes a folder, and whether it is watched."""
        ...

    def note_sync(self, path: str) -> None:
        """Notes that the library is now equal to a folder."""
        ...

    def drop_folder(self, path: str) -> None:
        """Forgets a folder; its documents stay."""
        ...

    # Soundness.

    def problems(self) -> list[str]:
        """What is wrong with the database itself, a sentence each."""
        ...

    def stray_vectors(self) -> int:
        """How many vectors no chunk refers to."""
        ...

    def drop_vectors(self, chunk_ids: Collection[int]) -> None:
        """Forgets the vectors of these chunks, and stray ones; no new generation."""
        ...

    def iterate_chunks(self, ids: Sequence[int]) -> Iterator[list[StoredChunk]]:
        """The chunks of these ids in batches, in the same order."""
        ...

    def close(self) -> None: ...


def _nothing() -> None: ...


class JobStore(Protocol):
    """The jobs of a library, in the order in which they were submitted.

    Every method that changes something is one transaction, durable when the method returns. A job
    goes with the document that it became.

    Errors, from any method: LibraryFull, LibraryBusy, LibraryBroken.
    """

    def add(self, jobs: Sequence[Job], before: Callable[[], None] = _nothing) -> None:
        """Adds jobs; a file that is waiting already is not added again.

        ``before`` is called when nobody sees them yet; what it raises leaves them out.
        """
        ...

    def jobs(self) -> list[Job]: ...

    def counts(self) -> dict[JobStage, int]:
        """How many there are in each stage in which there are any."""
        ...

    def take(self) -> Job | None:
        """Gives the next of the queue, begun; those that were begun before come last."""
        ...

    def note(self, job: Job) -> None:
        """Notes how far a job that is in hand has come."""
        ...

    def end(self, job: Job) -> None:
        """Notes what became of a job that was in hand."""
        ...

    def put_back(self, job_id: str) -> None:
        """Puts a job that was in hand back into the queue, as if it had not been begun."""
        ...

    def recover(self, most_tries: int, reason: str) -> None:
        """Puts back what a worker that died had in hand, or refuses it after so many tries."""
        ...

    def cancel(self, job_ids: Collection[str]) -> list[str]:
        """Cancels jobs; gives those that were waiting, and are over. Others are told to stop."""
        ...

    def is_cancelling(self, job_id: str) -> bool: ...

    def retry(self, job_ids: Collection[str]) -> None:
        """Puts those that were refused into the queue again, as new."""
        ...

    def clear_ended(self) -> None:
        """Forgets the jobs that are over."""
        ...

    def standstill(self) -> AbstractContextManager[frozenset[str]]:
        """Gives the ids of jobs that may still have to be read, and lets none come meanwhile."""
        ...
