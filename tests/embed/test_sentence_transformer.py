from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rag.embed import make_embedder
from rag.errors import ModelMissing


def test_a_model_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelMissing, match="check RAG_EMBEDDING_MODEL"):
        make_embedder(str(tmp_path)).embed_question("x")


def test_a_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelMissing, match=r"pip install -r requirements\.txt"):
        make_embedder(str(tmp_path)).embed_question("x")
