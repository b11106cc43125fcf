from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.embed import Embedder, bundled, make_embedder
from rag.embed.minilm import GRAPH, MiniLmEmbedder
from rag.embed.sentence_transformer import SentenceTransformerEmbedder
from rag.errors import ModelMissing

TEXTS = [
    "A ban.",
    "",
    "The digital ruble is a currency.",
    "Центральный банк хочет запрета.",
    "\u202ewords\x00 and signs \U0001f600" * 3,
    "a long text of more tokens than the model reads " * 60,
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return make_embedder()


def test_vectors_have_length_one(embedder: Embedder) -> None:
    rows = embedder.embed_passages(TEXTS)
    assert rows.shape == (len(TEXTS), embedder.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_meaning_is_near_meaning(embedder: Embedder) -> None:
    question = embedder.embed_question("What does the Central Bank want?")
    near, far = embedder.embed_passages(
        ["The Bank of Russia asks for an almost total ban.", "The recipe needs two eggs."]
    )
    assert question @ near > question @ far + 0.2


def test_another_runtime_gives_the_same_vectors(embedder: Embedder) -> None:
    """A library that sentence-transformers filled is asked with ours, and the other way round."""
    other = SentenceTransformerEmbedder(str(bundled.find_bundled_model()))
    ours, theirs = embedder.embed_passages(TEXTS), other.embed_passages(TEXTS)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    np.testing.assert_allclose(embedder.embed_question(TEXTS[0]), theirs[0], atol=1e-5)
    for word in ("bank", "##s", "cryptoruble"):
        assert embedder.knows(word) == other.knows(word)


def test_many_texts_at_once_are_each_their_own(embedder: Embedder) -> None:
    texts = [f"Paragraph {n} of {'many ' * (n % 7)}words" for n in range(60)]
    together = embedder.embed_passages(texts)
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_allclose(embedder.embed_question(text), row, atol=1e-6)


def test_nothing_in_nothing_out(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


def test_the_graph_is_the_one_that_the_recipe_makes() -> None:
    from training.embedder_graph import make_graph

    made = make_graph(bundled.find_bundled_model() / bundled.WEIGHTS_FILE)
    assert made.SerializeToString(deterministic=True) == GRAPH.read_bytes()


def test_embedding_loads_no_pytorch() -> None:
    code = (
        "import sys; from rag.embed import make_embedder; "
        "make_embedder().embed_question('x'); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)


def test_a_file_that_was_tampered_with_is_not_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled.find_bundled_model(), folder)
    bundled.check_bundled_files(folder)
    with (folder / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ModelMissing, match=r"tokenizer\.json is not the file"):
        bundled.check_bundled_files(folder)


def test_a_missing_package_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "PACKAGE", "gt-no-such-package")
    with pytest.raises(ModelMissing, match="RAG_EMBEDDING_MODEL"):
        MiniLmEmbedder()
