"""The word index on tantivy."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import LibraryFull
from rag.files import TEMPORARY_PREFIX, disk_error
from rag.words.analysis import make_analyzers, make_document, make_schema, normalise
from rag.words.contract import ChunkSource
from rag.words.stamp import Stamp, find_damage, read_stamp, write_stamp

if TYPE_CHECKING:
    from rag.store import Changes

# A word in a heading says more of what a passage is about than one in its body, but headings
# repeat over all passages of a section.
BODY_BOOST = 1.0
HEADINGS_BOOST = 0.5

# The rarest are kept: more words than these are a pasted text, where the common ones decide little
# and cost most.
MOST_QUERY_WORDS = 64
TIES = 20  # fetched beyond k, so that equal scores at the end are cut off by id
WRITER_BYTES = 32_000_000  # of memory before a segment is written out

logger = logging.getLogger(__name__)


class TantivyIndex:
    """See ``WordIndex``; its files are in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.RLock()
        self._index: Any = None
        self._stamp: Stamp | None = None
        self._library = ""
        self._generation = -1

    @cached_property
    def _analyzers(self) -> tuple[Any, Any]:
        return make_analyzers()

    # Asking.

    def search(
        self, query: str, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        index = self._index
        if index is None or k < 1:
            return []
        searcher = index.searcher()
        question = self._make_query(index.schema, searcher, query, documents)
        if question is None:
            return []
        hits = searcher.search(question, k + TIES, count=False).hits
        ids = searcher.fast_field_values("chunk", [address for _, address in hits])
        found = [(int(id_), float(score)) for id_, (score, _) in zip(ids, hits, strict=True)]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    def stem(self, word: str) -> str:
        """Gives a word as it is indexed; empty for a stop word, or for what is not one word."""
        stems = self._analyzers[1].analyze(normalise(word))
        return str(stems[0]) if len(stems) == 1 else ""

    def count(self, stem: str) -> int:
        """Gives how many chunks have a stem in their text or headings."""
        if self._index is None:
            return 0
        searcher = self._index.searcher()
        return sum(int(searcher.doc_freq(field, stem)) for field in ("body", "headings"))

    def beginning_with(self, letters: str) -> list[tuple[str, int]]:
        """Gives the stems in the chunks' texts that begin so, and how many chunks have each."""
        if self._index is None:
            return []
        found = self._index.searcher().terms_with_prefix("body", letters)
        return [(str(stem), int(count)) for stem, count in found]

    def read_ids(self) -> set[int]:
        """Gives every chunk id that can be found, to compare with the store."""
        from tantivy import Query

        if self._index is None:
            return set()
        searcher = self._index.searcher()
        if searcher.num_docs == 0:
            return set()
        hits = searcher.search(Query.all_query(), searcher.num_docs, count=False).hits
        return {int(id_) for id_ in searcher.fast_field_values("chunk", [a for _, a in hits])}

    def _make_query(
        self, schema: Any, searcher: Any, text: str, documents: Collection[str] | None
    ) -> Any:
        from tantivy import Occur, Query

        words = self._choose_words(searcher, text)
        if not words or (documents is not None and not documents):
            return None
        terms = [
            (Occur.Should, Query.boost_query(Query.term_query(schema, field, word, "freq"), boost))
            for word in words
            for field, boost in (("body", BODY_BOOST), ("headings", HEADINGS_BOOST))
        ]
        question = Query.boolean_query(terms)
        if documents is None:
            return question
        chosen = Query.term_set_query(schema, "document", sorted(documents))
        return Query.boolean_query(
            [(Occur.Must, question), (Occur.Must, Query.const_score_query(chosen, 0.0))]
        )

    def _choose_words(self, searcher: Any, text: str) -> list[str]:
        """Gives the distinct words to look for; stop words where there is nothing else."""
        indexed, asked = self._analyzers
        text = normalise(text)
        words = list(dict.fromkeys(asked.analyze(text) or indexed.analyze(text)))
        if len(words) <= MOST_QUERY_WORDS:
            return words
        frequency = {word: searcher.doc_freq("body", word) for word in words}
        words = [word for word in words if frequency[word]]
        return sorted(words, key=lambda word: frequency[word])[:MOST_QUERY_WORDS]

    # Following.

    def is_open(self, library: str) -> bool:
        """Whether there is anything of this library to search in, level or not."""
        return self._index is not None and self._library == library

    @property
    def generation(self) -> int:
        """The generation with which the index is level; -1 where there is none."""
        return self._generation

    @property
    def deleted(self) -> int:
        """How many chunks have left words behind in the files."""
        return self._stamp.deleted if self._stamp else 0

    def reopen(self, source: ChunkSource) -> bool:
        library, generation = source.library_id, source.generation()
        if self.is_open(library) and self._generation == generation:
            return True
        # Where another thread writes, what is open goes on to serve.
        if not self._guard.acquire(blocking=not self.is_open(library)):
            return False
        try:
            stamp = read_stamp(self._folder, library)
            if stamp is None:
                return False
            if stamp != self._stamp:
                self._open(stamp)
            return self.is_open(library) and self._generation == generation
        finally:
            self._guard.release()

    def follow(self, source: ChunkSource) -> None:
        with self._guard:
            self.reopen(source)
            if not self.is_open(source.library_id) or self._stamp is None:
                self.rebuild(source)
                return
            changes = source.changes_since(self._generation)
            if changes is None:
                self.rebuild(source)
            elif changes.generation != self._generation:
                self._apply(source, changes)

    def rebuild(self, source: ChunkSource) -> None:
        """Builds the index from the source alone; nothing of what was removed stays in its files.

        Only for the holder of the library's write lock.
        """
        with self._guard:
            generation = source.generation()
            fresh = self._folder.with_name(f"{TEMPORARY_PREFIX}{self._folder.name}")
            try:
                shutil.rmtree(fresh, ignore_errors=True)
                fresh.mkdir(parents=True)
                index = self._make_index(fresh)
                self._write(index, source, (), source.chunk_ids())
                write_stamp(fresh, source.library_id, generation, 0, {})
                self._replace_folder(fresh)
            except (OSError, ValueError) as error:
                shutil.rmtree(fresh, ignore_errors=True)
                raise disk_error(error, self._folder.parent) from error
            # What is open serves those who ask until the new one is.
            self._stamp, self._generation = None, -1
            self.reopen(source)

    def serve(self, source: ChunkSource) -> None:
        """See ``WordIndex``: what is open, or else an index in memory."""
        if not self.reopen(source) and not self.is_open(source.library_id):
            self.build_in_memory(source)

    def build_in_memory(self, source: ChunkSource) -> None:
        """Builds an index that only this process sees, while another may not be disturbed."""
        with self._guard:
            library, generation = source.library_id, source.generation()
            index = self._make_index(None)
            self._write(index, source, (), source.chunk_ids())
            index.reload()
            self._index, self._stamp = index, None
            self._library, self._generation = library, generation

    def problems(self, source: ChunkSource) -> list[str]:
        """What is wrong with the files as they lie on disk, a sentence each.

        Files that are missing, of another library, or behind are no problem: they are built anew
        or brought level. Only for the holder of the write lock, or the files are in motion.
        """
        stamp = read_stamp(self._folder, source.library_id)
        if stamp is None:
            return []
        return [
            f"The word index's file {name} is damaged or missing."
            for name in find_damage(self._folder, stamp)
        ]

    def _apply(self, source: ChunkSource, changes: Changes) -> None:
        deleted = self.deleted + len(changes.removed)
        try:
            self._write(self._index, source, (*changes.removed, *changes.added), changes.added)
            self._stamp = write_stamp(
                self._folder, source.library_id, changes.generation, deleted, self._stamped_files()
            )
        except ValueError as error:
            reason = disk_error(error, self._folder)
            if isinstance(reason, LibraryFull):
                raise reason from error
            logger.warning("The word index in %s is built anew: %s", self._folder, error)
            self.rebuild(source)
            return
        self._index.reload()
        self._generation = changes.generation

    def _write(
        self, index: Any, source: ChunkSource, gone: Sequence[int], come: Sequence[int]
    ) -> None:
        """Writes one commit; ``gone`` and ``come`` may overlap, deletions go first."""
        titles: dict[str, str] = {}
        # One thread: with several, which passage lands in which segment is left to chance.
        writer = index.writer(heap_size=WRITER_BYTES, num_threads=1)
        # A writer that died may have left a file of the name that is next to be written.
        writer.garbage_collect_files()
        for id_ in gone:
            writer.delete_documents_by_term("chunk", id_)
        for batch in source.iterate_chunks(come):
            for chunk in batch:
                if chunk.document_id not in titles:
                    document = source.document(chunk.document_id)
                    titles[chunk.document_id] = document.title if document else ""
                writer.add_document(make_document(chunk, titles[chunk.document_id]))
        writer.commit()
        writer.wait_merging_threads()

    # The files.

    def _replace_folder(self, fresh: Path) -> None:
        # Moved first: of a folder that was half removed when the process died, the stamp might be
        # what is left.
        old = self._folder.with_name(f"{TEMPORARY_PREFIX}old-{self._folder.name}")
        shutil.rmtree(old, ignore_errors=True)
        if self._folder.exists():
            self._folder.rename(old)
        fresh.rename(self._folder)
        shutil.rmtree(old, ignore_errors=True)

    def _stamped_files(self) -> dict[str, int]:
        return self._stamp.files if self._stamp else {}

    def _open(self, stamp: Stamp) -> None:
        """Opens the files, or leaves no index where they are damaged."""
        first = self._index is None or self._stamp is None
        if first and find_damage(self._folder, stamp):
            logger.warning("The word index in %s is damaged and is built anew.", self._folder)
            self._index = self._stamp = None
            return
        try:
            self._index = self._make_index(self._folder) if first else self._index
            self._index.reload()
        except (ValueError, OSError) as error:
            logger.warning("The word index in %s does not open: %s", self._folder, error)
            self._index = self._stamp = None
            return
        self._stamp, self._library, self._generation = stamp, stamp.library, stamp.generation

    def _make_index(self, folder: Path | None) -> Any:
        from tantivy import Index

        index = Index(make_schema(), path=str(folder) if folder else None)
        index.register_tokenizer("words", self._analyzers[0])
        index.config_reader("manual")
        return index
