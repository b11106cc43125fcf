"""A file's bytes → a document ready to be stored: parsed, cut and embedded."""

from __future__ import annotations

import bisect
import dataclasses
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from rag.chunks import cut_chunks
from rag.embed import Embedder
from rag.isolate import ParserProcess
from rag.language import find_language
from rag.library.reports import Progress, Tell
from rag.likeness import make_fingerprint
from rag.records import Chunk, Document, Page, ParsedDocument, Particulars
from rag.store import LibraryStore, NewChunk, NewDocument, Traits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

RULES = 1  # raise it when chunks are cut or embedded otherwise: every library is then cut anew
TRAIT_RULES = 1  # raise it when language or likeness are told otherwise: they are then found anew
TEXTS_AT_A_TIME = 64  # few, as progress is told and a file can be cancelled between batches


def embedded_text(title: str | None, headings: Sequence[str], text: str) -> str:
    """Gives what is embedded for a chunk: what it is about, then what it says.

    ``title`` is the one that a person gave or the file tells; a file's name says too little, and
    may change.
    """
    about = " > ".join(part for part in (title, *headings) if part)
    return f"{about}\n{text.strip()}" if about else text.strip()


def content_hash(text: str) -> bytes:
    """Names an embedded text, 16 bytes."""
    return hashlib.sha256(text.encode()).digest()[:16]


def find_page(pages: Sequence[Page], offset: int) -> int | None:
    """Gives the number of the page on which a character stands; None without pages."""
    if not pages:
        return None
    place = bisect.bisect_right([page.start for page in pages], offset) - 1
    return pages[max(place, 0)].number


class Preparation:
    """Makes documents ready by one set of rules and one model."""

    def __init__(
        self,
        store: LibraryStore,
        get_embedder: Callable[[], Embedder],
        parser: ParserProcess,
        longest: int,
    ) -> None:
        """``longest`` is in characters, as in ``Settings.chunk_characters``."""
        self._store = store
        self._get_embedder = get_embedder
        self._parser = parser
        self._longest = longest
        self.chunking = f"{RULES}:{longest}"

    def prepare(
        self,
        data: bytes,
        name: str,
        tell: Tell,
        title: str | None = None,
        former: str | None = None,
    ) -> NewDocument:
        """Parses, cuts and embeds.

        Args:
            name: the file's own name, by whose ending its format may be told.
            title: one that stands before what the file tells.
            former: the id of the document of which this is a new version; what a person said of it
                holds for this one too.

        Raises:
            UnreadableDocument: with one sentence for the person who added the file.
        """
        tell(Progress(name, "reading"))
        parsed, chunks = self._parser.read(data, name, self._longest)
        parsed = _without_title_from_name(parsed, name, title)
        sha256 = hashlib.sha256(data).hexdigest()
        given = self._store.given(former) if former else Particulars()
        new = self._make(sha256, name, parsed, chunks, given, tell)
        return dataclasses.replace(new, traits=find_traits(parsed.text), former=former)

    def is_complete(self, new: NewDocument) -> bool:
        """Whether the store still has the vectors that were left out of a prepared document."""
        contents = {item.content for item in new.chunks}
        return self._unknown(new.model, contents - new.vectors.keys()) == set()

    def cut_anew(
        self, document: Document, tell: Tell, given: Particulars | None = None
    ) -> NewDocument:
        """Makes a document that the store has ready again, from its text.

        ``given`` is what a person says of it; as it was where None.
        """
        id_ = document.id
        told = self._store.told(id_)
        parsed = ParsedDocument(
            text=self._store.text(id_),
            media_type=document.media_type,
            blocks=tuple(self._store.blocks(id_)),
            pages=tuple(self._store.pages(id_)),
            title=told.title,
            author=document.author,
            date=told.date,
            warnings=document.warnings,
        )
        chunks = cut_chunks(parsed.text, parsed.blocks, self._longest)
        given = self._store.given(id_) if given is None else given
        return self._make(document.sha256, document.name, parsed, chunks, given, tell)

    def embed(
        self, wanted: Mapping[bytes, T], text_of: Callable[[T], str], name: str, tell: Tell
    ) -> dict[bytes, NDArray[np.float16]]:
        """Gives the vectors of what is wanted, as they are stored, by its content hashes.

        ``text_of`` gives a text when its turn comes: those of a long document are many.
        """
        import numpy as np

        # Texts of like length together: the model reads each as if it were the longest beside it.
        contents = sorted(wanted, key=lambda c: len(text_of(wanted[c])), reverse=True)
        vectors: dict[bytes, NDArray[np.float16]] = {}
        for start in range(0, len(contents), TEXTS_AT_A_TIME):
            tell(Progress(name, "embedding", start, len(contents)))
            batch = contents[start : start + TEXTS_AT_A_TIME]
            rows = self._get_embedder().embed_passages([text_of(wanted[c]) for c in batch])
            vectors.update(zip(batch, rows.astype(np.float16), strict=True))
        return vectors

    def complete_vectors(self, tell: Tell) -> None:
        """Embeds whatever has no vector of the model yet, a batch of chunks at a time."""
        model = self._get_embedder().name
        for chunks in self._store.iterate_chunks(self._store.without_vector(model)):
            titles = {c.document_id: self._store.own_title(c.document_id) for c in chunks}
            texts = [embedded_text(titles[c.document_id], c.headings, c.text) for c in chunks]
            wanted = {content_hash(text): text for text in texts}
            self._store.put_vectors(model, self.embed(wanted, str, "the library", tell))
        self._store.choose_model(model)

    def complete_traits(self, tell: Tell) -> None:
        """Finds the traits of documents that came in before there were any."""
        wanted = self._store.without_traits(TRAIT_RULES)
        for start in range(0, len(wanted), TEXTS_AT_A_TIME):
            tell(Progress("the library", "reading", start, len(wanted)))
            batch = wanted[start : start + TEXTS_AT_A_TIME]
            self._store.put_traits({id_: find_traits(self._store.text(id_)) for id_ in batch})

    def _make(
        self,
        sha256: str,
        name: str,
        parsed: ParsedDocument,
        chunks: Sequence[Chunk],
        given: Particulars,
        tell: Tell,
    ) -> NewDocument:
        def text_of(chunk: Chunk) -> str:
            return embed_chunk(given.title or parsed.title, chunk, parsed.text)

        contents = [content_hash(text_of(chunk)) for chunk in chunks]
        model = self._get_embedder().name
        unknown = self._unknown(model, contents)
        wanted = {c: chunk for c, chunk in zip(contents, chunks, strict=True) if c in unknown}
        vectors = self.embed(wanted, text_of, name, tell)
        new = [
            NewChunk(chunk, find_page(parsed.pages, chunk.start), content)
            for chunk, content in zip(chunks, contents, strict=True)
        ]
        return NewDocument(
            sha256[:16], sha256, parsed, new, self.chunking, model, vectors, given=given
        )

    def _unknown(self, model: str, contents: Collection[bytes]) -> set[bytes]:
        return set(contents) - self._store.known_vectors(model, set(contents))


def find_traits(text: str) -> Traits:
    """Gives the language of a document's text, and what its likeness is told by."""
    return Traits(TRAIT_RULES, find_language(text), make_fingerprint(text))


def embed_chunk(title: str | None, chunk: Chunk, text: str) -> str:
    """Gives what is embedded for a chunk of a document's text."""
    return embedded_text(title, chunk.headings, text[chunk.start : chunk.end])


def _without_title_from_name(
    parsed: ParsedDocument, name: str, title: str | None
) -> ParsedDocument:
    told = parsed.title if parsed.title != PurePath(name).stem else None
    return dataclasses.replace(parsed, title=title or told)
