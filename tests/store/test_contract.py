"""What every store does: one test for all of them."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from rag.errors import UnknownDocument
from rag.records import Block, Page, RemovedDocument, Source
from rag.store import changes
from rag.store.sql import SQLStore
from tests.shelves import EMBEDDER, make_document, make_source, put


def test_keeps_what_was_put(store: SQLStore) -> None:
    text = "Ünï😀\x00code\nsecond line\n"
    document = make_document(
        text, title="A title", headings=("Top", "Näxt"), pages=(Page(1, 0, 11),)
    )
    store.put(document, make_source("b.txt"))
    kept = store.document(document.id)
    assert kept is not None
    assert (kept.name, kept.title, kept.names) == ("b.txt", "A title", ("b.txt",))
    assert (kept.pages, kept.characters, kept.chunks) == (1, len(text), 2)
    assert store.text(document.id) == text
    assert store.blocks(document.id) == list(document.parsed.blocks)
    assert store.pages(document.id) == [Page(1, 0, 11)]
    assert store.sources(document.id) == [make_source("b.txt")]
    chunks = store.chunks(store.chunk_ids([document.id]))
    assert "".join(chunk.text for chunk in chunks.values()) == text
    assert {chunk.headings for chunk in chunks.values()} == {("Top", "Näxt")}
    assert [content for _, content in store.contents(document.id)] == list(document.vectors)


def test_documents_are_ordered_and_found(store: SQLStore) -> None:
    b, a = put(store, "b.txt", "one\n"), put(store, "a.txt", "two\n")
    store.add_source(b, Source("b.txt", "upload", "", 4))
    put(store, "c.txt", "three\n")
    assert [d.name for d in store.documents()] == ["a.txt", "b.txt", "c.txt"]
    assert [d.id for d in store.find("b.txt")] == [d.id for d in store.find(b)] == [b]
    assert store.find("nothing") == []
    assert store.document("nothing") is None
    assert store.chunk_ids([a, "nothing"]) == store.chunk_ids([a])
    with pytest.raises(UnknownDocument, match="nothing"):
        store.text("nothing")


def test_the_same_bytes_under_two_names_are_one_document(store: SQLStore) -> None:
    id_ = put(store, "z.txt", "same\n")
    store.add_source(id_, make_source("a.txt"))
    (document,) = store.documents()
    assert document.names == ("a.txt", "z.txt")
    assert document.title == "a"
    assert store.remove_sources(["/shelf/a.txt"]) == []
    assert store.documents()[0].names == ("z.txt",)
    assert store.remove_sources(["/shelf/z.txt"]) == [id_]
    assert store.documents() == []


def test_a_changed_file_replaces_its_former_version(store: SQLStore) -> None:
    old = put(store, "a.txt", "shared\nold\n")
    new = put(store, "a.txt", "shared\nnew\n")
    assert [d.id for d in store.documents()] == [new]
    assert store.source_at("/shelf/a.txt") == (new, make_source("a.txt"))
    assert store.chunk_ids([old]) == []
    assert store.counts().vectors == 2


def test_ids_of_chunks_are_never_used_again(store: SQLStore) -> None:
    first = put(store, "a.txt", "one\n")
    used = store.chunk_ids()
    store.remove(first)
    put(store, "a.txt", "one\n")
    assert not set(used) & set(store.chunk_ids())


def test_sources_under_a_folder_are_those_below_it(store: SQLStore) -> None:
    for folder in ("/a/b", "/a/b/c", "/a/bc", "/a/b!", "/a"):
        store.put(make_document(f"{folder}\n"), make_source("x", folder))
    assert sorted(store.sources_under("/a/b")) == ["/a/b/c/x", "/a/b/x"]
    assert len(store.sources_under("/a/")) == 5
    assert len(store.sources_under("/")) == 5


def test_touching_a_source_is_no_change(store: SQLStore) -> None:
    put(store, "a.txt", "one\n")
    before = store.generation()
    store.touch([Source("a.txt", "file", "/shelf/a.txt", 10, 99)])
    assert store.source_at("/shelf/a.txt")[1].modified_ns == 99  # type: ignore[index]
    assert store.generation() == before


def test_changes_tell_what_came_and_went(store: SQLStore, monkeypatch: pytest.MonkeyPatch) -> None:
    a = put(store, "a.txt", "one\ntwo\n")
    seen = store.generation()
    gone = store.chunk_ids([a])
    b = put(store, "b.txt", "three\n")
    store.remove(a)
    told = store.changes_since(seen)
    assert told is not None
    assert (told.generation, told.removed) == (store.generation(), tuple(gone))
    assert told.added == tuple(store.chunk_ids([b]))
    assert store.changes_since(store.generation() + 1) is None
    monkeypatch.setattr(changes, "REMEMBERED_REMOVALS", 1)
    put(store, "c.txt", "x\ny\nz\n")
    store.remove(store.find("c.txt")[0].id)
    assert store.changes_since(seen) is None


def test_vectors_are_kept_by_content_and_model(store: SQLStore) -> None:
    id_ = put(store, "a.txt", "one\ntwo\n")
    contents = [content for _, content in store.contents(id_)]
    assert store.known_vectors(EMBEDDER.name, [*contents, b"x"]) == set(contents)
    assert store.known_vectors("another", contents) == set()
    ids = store.chunk_ids()
    assert store.without_vector(EMBEDDER.name) == []
    assert store.without_vector("another") == ids
    found = store.vectors_of([*ids, 99], EMBEDDER.name)
    assert list(found) == ids
    assert found[ids[0]] @ EMBEDDER.embed_question("one\n") == pytest.approx(1, abs=2e-3)
    store.put_vectors("another", {contents[0]: np.ones(3, dtype=np.float16)})
    assert list(store.vectors_of(ids, "another")) == ids[:1]
    store.remove(id_)
    assert store.counts().vectors == 0


def test_a_vector_stays_while_another_chunk_needs_it(store: SQLStore) -> None:
    a = put(store, "a.txt", "shared\nalone\n")
    b = put(store, "b.txt", "shared\nother\n")
    assert store.counts().vectors == 3
    store.remove(a)
    assert store.counts().vectors == 2
    assert store.without_vector(EMBEDDER.name) == []
    assert store.chunk_ids() == store.chunk_ids([b])


def test_a_failed_change_leaves_nothing(store: SQLStore, monkeypatch: pytest.MonkeyPatch) -> None:
    old = put(store, "a.txt", "old\n")
    before = store.generation()
    monkeypatch.setattr(changes, "put_vectors", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.put(make_document("new\n"), make_source("a.txt"))
    assert [d.id for d in store.documents()] == [old]
    assert store.generation() == before


def test_many_threads_read_while_one_writes(store: SQLStore) -> None:
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                for document in store.documents():
                    ids = store.chunk_ids([document.id])
                    texts = store.chunks(ids)
                    assert len(texts) in (0, 2)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for i in range(20):
        put(store, "a.txt", f"first {i}\nsecond {i}\n")
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.counts().documents == 1


def test_what_was_removed_is_put_back_as_it_was(store: SQLStore) -> None:
    text = "Ünï😀\x00code\nsecond line\n"
    id_ = put(store, "b.txt", text, title="A title", headings=("Näxt",), pages=(Page(1, 0, 9),))
    put(store, "keep.txt", "second line\n")
    before, seen = store.document(id_), store.generation()
    contents, vectors = store.contents(id_), store.counts().vectors
    old_chunks = store.chunk_ids([id_])
    store.remove(id_, until=99.0)
    assert store.document(id_) is None
    assert store.counts().vectors == 1
    assert store.removed() == [RemovedDocument(id_, "b.txt", 99.0)]
    assert (store.unerased(98.0), store.unerased(99.0)) == ([], [id_])
    assert store.put_back([id_, "nothing"]) == [id_]
    assert (store.document(id_), store.text(id_), store.contents(id_)) == (before, text, contents)
    assert store.blocks(id_) == [Block(0, len(text), "paragraph")]
    assert store.pages(id_) == [Page(1, 0, 9)]
    assert store.sources(id_) == [make_source("b.txt")]
    assert store.without_vector(EMBEDDER.name) == []
    assert store.counts().vectors == vectors
    assert not store.has_traces()
    told = store.changes_since(seen)
    assert told is not None
    assert told.removed == tuple(old_chunks)
    assert told.added == tuple(store.chunk_ids([id_]))
    assert (store.removed(), store.unerased(), store.put_back([id_])) == ([], [], [])
    assert store.problems() == []


def test_a_library_that_starts_afresh_can_be_followed_by_no_index(store: SQLStore) -> None:
    put(store, "a.txt", "one\n")
    id_, seen = store.library_id, store.generation()
    store.start_afresh(above=40)
    assert store.library_id != id_
    assert store.generation() == 41
    assert store.changes_since(seen) is None
    assert store.changes_since(41) is not None
    store.start_afresh(above=0)
    assert store.generation() == 42
    assert store.problems() == []
