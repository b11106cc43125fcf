from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag import embed
from rag.errors import ModelMissing


@pytest.fixture(scope="module")
def embedder() -> embed.SentenceTransformerEmbedder:
    return embed.SentenceTransformerEmbedder()


def test_vectors_have_length_one(embedder: embed.SentenceTransformerEmbedder) -> None:
    rows = embedder.embed_passages(["A ban.", "The digital ruble is a currency.", ""])
    assert rows.shape == (3, embedder.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_meaning_is_near_meaning(embedder: embed.SentenceTransformerEmbedder) -> None:
    question = embedder.embed_question("What does the Central Bank want?")
    near, far = embedder.embed_passages(
        ["The Bank of Russia asks for an almost total ban.", "The recipe needs two eggs."]
    )
    assert question @ near > question @ far + 0.2


def test_nothing_in_nothing_out(embedder: embed.SentenceTransformerEmbedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


def test_a_file_that_was_tampered_with_is_not_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(embed.find_bundled_model(), folder)
    embed.check_bundled_files(folder)
    with (folder / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ModelMissing, match=r"tokenizer\.json is not the file"):
        embed.check_bundled_files(folder)


def test_a_missing_package_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "BUNDLED_PACKAGE", "gt-no-such-package")
    with pytest.raises(ModelMissing, match="RAG_EMBEDDING_MODEL"):
        embed.SentenceTransformerEmbedder()


def test_a_model_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelMissing, match="check RAG_EMBEDDING_MODEL"):
        embed.SentenceTransformerEmbedder(str(tmp_path)).embed_question("x")
