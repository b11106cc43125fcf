"""Which document is meant, and what stands where in it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from rag.errors import UnknownDocument
from rag.files import safe_name
from rag.library import walk
from rag.library.originals import Originals
from rag.records import Document, StoredChunk
from rag.store import LibraryStore


class Catalogue:
    """Finds documents, their passages, and the files they were made from."""

    def __init__(self, store: LibraryStore, originals: Originals) -> None:
        self._store = store
        self._originals = originals

    def document(self, selector: str) -> Document:
        """Gives the one document of this id, name or path; raises UnknownDocument."""
        found = self.find(selector)
        if len(found) > 1:
            ids = ", ".join(document.id for document in found)
            raise UnknownDocument(
                f"Several documents bear the name {selector!r}: name one by its id ({ids})."
            )
        if not found:
            raise UnknownDocument(
                f"The library has no document {selector!r}: `python -m rag docs` lists those that "
                "it has."
            )
        return found[0]

    def find(self, selector: str) -> list[Document]:
        """Gives the documents of this id, name or path; a name may be the original's, uncleaned."""
        if not _is_unicode(selector):  # no file of such a name was taken in
            return []
        by_id = self._store.document(selector)
        if by_id is not None:
            return [by_id]
        at_path = self._store.source_at(str(walk.absolute(Path(selector))))
        found = self._store.find(at_path[0] if at_path else selector)
        # A path names one file, not whatever bears the same name elsewhere.
        is_path = "/" in selector or os.sep in selector
        return found if found or is_path else self._store.find(safe_name(selector))

    def passages(self, document_id: str, first: int, count: int) -> list[StoredChunk]:
        """Gives some of a document's chunks in order, from the ``first`` (0) on."""
        ids = self._store.chunk_ids([document_id])[first : first + count]
        found = self._store.chunks(ids)
        return sorted(found.values(), key=lambda chunk: chunk.start)

    def original(self, document_id: str) -> Path | None:
        """Gives the file a document was made from, where it is still there and the same."""
        document = self.document(document_id)
        kept = self._originals.find(document.sha256)
        files = [Path(s.location) for s in self._store.sources(document_id) if s.origin == "file"]
        for path in [kept, *files] if kept else files:
            try:
                if hashlib.sha256(path.read_bytes()).hexdigest() == document.sha256:
                    return path
            except OSError:
                continue  # moved away since; another source may still have it
        return None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
