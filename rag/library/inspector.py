"""Looks whether the library is sound, and mends what can be made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rag.embed import Embedder
from rag.library import check
from rag.library.custody import Custody
from rag.library.derived import Derived
from rag.library.originals import Originals
from rag.library.prepare import Preparation
from rag.library.reports import tell_nobody
from rag.store import LibraryStore
from rag.vectors import VectorIndex
from rag.words import WordIndex


class Inspector:
    """Holds the library meanwhile, so that nothing changes under its eyes."""

    def __init__(
        self,
        store: LibraryStore,
        vectors: VectorIndex,
        words: WordIndex,
        originals: Originals,
        get_embedder: Callable[[], Embedder],
        preparation: Preparation,
        derived: Derived,
        custody: Custody,
    ) -> None:
        self._store = store
        self._vectors = vectors
        self._words = words
        self._originals = originals
        self._get_embedder = get_embedder
        self._preparation = preparation
        self._derived = derived
        self._custody = custody

    def check(self, repair: bool) -> list[str]:
        """Gives what is wrong, a sentence each; with ``repair``, what remains after it."""
        with self._custody.held():
            self._custody.sweep()
            if repair:
                self._repair()
            return list(self._find_problems())

    def _find_problems(self) -> Iterator[str]:
        embedder = self._get_embedder()
        at_rest = [
            *check.check_store(self._store, embedder, self._preparation.chunking),
            *self._vectors.problems(),
            *self._words.problems(self._store),
            *self._originals.problems(self._store.uploaded()),
        ]
        yield from at_rest
        if not at_rest:
            self._derived.write()
            yield from check.check_derived(self._store, self._vectors, self._words, embedder)

    def _repair(self) -> None:
        """Makes anew whatever is made from texts and files that are there."""
        embedder = self._get_embedder()
        for document in self._store.documents():
            if any(check.check_document(self._store, document)):
                self._store.put(self._preparation.cut_anew(document, tell_nobody))
        self._store.drop_vectors(check.find_wrong_vectors(self._store, embedder))
        self._originals.drop_damaged()
        self._derived.rebuild()
        self._derived.purge(at_any_size=True)
