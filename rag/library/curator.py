"""What a person does with documents that are in the library: edit, keep, remove, put back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.library.catalogue import Catalogue
from rag.library.derived import Derived
from rag.library.edit import Edit, Unchanged, read_date, read_title
from rag.library.prepare import Preparation
from rag.library.removals import Removals
from rag.library.reports import tell_nobody
from rag.library.upkeep import Upkeep
from rag.records import Document, Particulars
from rag.store import LibraryStore


class Curator:
    """Holds the library while it changes what is there."""

    def __init__(
        self,
        store: LibraryStore,
        catalogue: Catalogue,
        preparation: Preparation,
        derived: Derived,
        removals: Removals,
        upkeep: Upkeep,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._preparation = preparation
        self._derived = derived
        self._removals = removals
        self._upkeep = upkeep

    def edit(self, selector: str, title: Edit, date: Edit) -> Document:
        """Keeps a person's own title or date; raises EditError or UnknownDocument."""
        with self._upkeep.changing(tell_nobody):
            document = self._catalogue.document(selector)
            former = self._store.given(document.id)
            given = Particulars(
                _choose(title, former.title, read_title),
                _choose(date, former.date, read_date),
            )
            if given.title != former.title:  # it is embedded and indexed with each passage
                self._store.put(self._preparation.cut_anew(document, tell_nobody, given))
                self._derived.write()
            elif given != former:
                self._store.put_given(document.id, given)
            return self._catalogue.document(document.id)

    def keep_both(self, one: str, other: str) -> None:
        """Flags these two as duplicates no more; raises UnknownDocument."""
        document = self._catalogue.document
        self._store.keep_pair(document(one).id, document(other).id)

    def remove(self, selectors: Sequence[str], undo_seconds: float) -> list[Document]:
        """Removes all of these documents; none where one of them raises UnknownDocument."""
        with self._upkeep.changing(tell_nobody):
            found = map(self._catalogue.document, selectors)
            documents = {document.id: document for document in found}
            self._removals.remove(list(documents), undo_seconds)
        return list(documents.values())

    def put_back(self, document_ids: Sequence[str]) -> list[Document]:
        """Undoes removals where there is time yet, and gives those that are back."""
        with self._upkeep.changing(tell_nobody):
            back = self._removals.put_back(document_ids)
            self._upkeep.bring_up_to_date(tell_nobody)
            self._derived.write()
        return [self._catalogue.document(document_id) for document_id in back]


def _choose(value: Edit, former: str | None, read: Callable[[str], str | None]) -> str | None:
    if isinstance(value, Unchanged):
        return former
    return None if value is None else read(value)
