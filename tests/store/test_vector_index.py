"""What every vector index does: one test for FAISS, pgvector and Milvus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.milvus import MilvusIndex
from rag.postgres import PgVectorIndex, PostgresStore
from rag.postgres import vectors as pgvector
from rag.store.sql import SQLStore
from rag.vectors import FaissIndex, VectorIndex
from rag.vectors import index as embedded
from tests.shelves import EMBEDDER, make_source, put
from tests.test_vectors import TEXTS, WORDS, ask, settle

SEARCH = {"exact": "exact", "clustered": "IVF", "milvus": "HNSW in Milvus"}


@pytest.fixture(params=list(SEARCH))
def index(
    request: pytest.FixtureRequest,
    store: SQLStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> VectorIndex:
    """An index that is level with a store of three documents."""
    if request.param == "clustered":
        if isinstance(store, PostgresStore):
            pytest.skip("PostgreSQL has HNSW, which a test of its own looks at")
        monkeypatch.setattr(embedded, "EXACT_UP_TO", 2)
        monkeypatch.setattr(embedded, "SMALL_CHUNKS", 0)
    for name, text in TEXTS.items():
        put(store, name, text)
    if request.param == "milvus":
        index: VectorIndex = MilvusIndex(request.getfixturevalue("milvus"), store)
    else:
        index = open_index(store, tmp_path)
    index.follow(store, EMBEDDER.name, save=True)
    settle(index, store)
    assert index.state(store, EMBEDDER.name).search == SEARCH[request.param]
    return index


def open_index(store: SQLStore, tmp_path: Path) -> VectorIndex:
    """Opens the index that goes with the store where no other is chosen."""
    if isinstance(store, PostgresStore):
        return PgVectorIndex(store.connections)
    return FaissIndex(tmp_path / "vectors")


def test_finds_the_passage_that_was_embedded(store: SQLStore, index: VectorIndex) -> None:
    (best, cosine), *_ = index.search(EMBEDDER.embed_question("the harbour is deep"), 3)
    assert store.chunks([best])[best].text == "the harbour is deep\n"
    assert cosine == pytest.approx(1.0, abs=2e-3)


def test_searches_among_chosen_chunks_only(store: SQLStore, index: VectorIndex) -> None:
    sky = store.chunk_ids([store.find("sky.txt")[0].id])
    assert [id_ for id_, _ in index.search(EMBEDDER.embed_question("sea"), 9, sky)] == sky
    assert index.search(EMBEDDER.embed_question("sea"), 9, []) == []


def test_an_empty_library_finds_nothing(store: SQLStore, index: VectorIndex) -> None:
    store.remove(*[document.id for document in store.documents()])
    index.follow(store, EMBEDDER.name, save=True)
    assert ask(index, "anything") == []
    put(store, "late.txt", "something late\n")
    index.follow(store, EMBEDDER.name, save=True)
    assert len(ask(index, "late")) == 1


def test_a_vector_that_comes_later_is_taken_in(store: SQLStore, index: VectorIndex) -> None:
    chunk = store.chunk_ids()[0]
    content = store.contents(store.chunks([chunk])[chunk].document_id)[0][1]
    store.put_vectors(
        EMBEDDER.name, {content: EMBEDDER.embed_question("quite another thing").astype("<f2")}
    )
    index.follow(store, EMBEDDER.name, save=True)
    assert index.search(EMBEDDER.embed_question("quite another thing"), 1)[0][0] == chunk
    assert set(index.read_all()) == set(store.chunk_ids())


def test_the_same_document_under_another_path_changes_nothing(
    store: SQLStore, index: VectorIndex
) -> None:
    before = ask(index, "sea", 9)
    store.add_source(store.find("sky.txt")[0].id, make_source("heaven.txt"))
    index.follow(store, EMBEDDER.name, save=True)
    after = ask(index, "sea", 9)
    assert [id_ for id_, _ in after] == [id_ for id_, _ in before]
    scores = [score for _, score in before]
    # Milvus sums in another order where another segment holds the vector.
    error = 1e-6 if isinstance(index, MilvusIndex) else 0
    assert [score for _, score in after] == pytest.approx(scores, rel=0, abs=error)


def test_what_is_removed_is_not_found(store: SQLStore, index: VectorIndex) -> None:
    store.remove(store.find("sky.txt")[0].id)
    index.follow(store, EMBEDDER.name, save=True)
    assert {id_ for id_, _ in index.search(EMBEDDER.embed_question("rain"), 9)} == set(
        store.chunk_ids()
    )
    assert index.is_level(store, EMBEDDER.name)
    assert index.problems() == []


def test_the_cosine_is_that_of_the_question_in_full(store: SQLStore, index: VectorIndex) -> None:
    question = EMBEDDER.embed_question("the deep sea")
    rows = store.vectors_of(store.chunk_ids(), EMBEDDER.name)
    for id_, cosine in index.search(question, 9):
        assert cosine == pytest.approx(float(rows[id_] @ question), abs=1e-6)


def test_hnsw_finds_what_is_nearest_among_few_and_among_many(
    in_postgres: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = in_postgres
    rng = np.random.default_rng(0)
    for number in range(6):
        lines = (" ".join(rng.choice(WORDS, 12)) for _ in range(200))
        put(store, f"{number}.txt", "".join(f"{line} {number}\n" for line in lines))
    exact = PgVectorIndex(store.connections)
    exact.follow(store, EMBEDDER.name, save=True)
    monkeypatch.setattr(pgvector, "EXACT_UP_TO", 50)
    near = PgVectorIndex(store.connections)
    near.follow(store, EMBEDDER.name, save=True)
    few = store.chunk_ids([store.find("0.txt")[0].id])
    for among in (None, few, few[:20]):
        shares = []
        for _ in range(20):
            question = EMBEDDER.embed_question(" ".join(rng.choice(WORDS, 5)))
            wanted = {id_ for id_, _ in exact.search(question, 10, among)}
            found = [id_ for id_, _ in near.search(question, 10, among)]
            assert set(found) <= set(store.chunk_ids() if among is None else among)
            shares.append(len(wanted & set(found)) / 10)
        assert np.mean(shares) > 0.95
    with store.connections.plain() as connection:
        made = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'vectors_hnsw%' "
            "AND schemaname = current_schema()"
        ).fetchone()
    assert "halfvec_ip_ops" in made[0]
