from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.library import Library
from rag.reader.sentences import SentenceReader
from rag.settings import Settings
from tests.fakes import HashingEmbedder
from tests.generate.served import Served, serve

DOCUMENTS = {
    "bank.md": "# The Central Bank\n\nThe Central Bank wants an almost complete ban on "
    "cryptocurrency. It proposed the ban on 20 January 2022. The bank, led by Elvira Nabiullina, "
    "is working on a digital ruble.\n",
    "ministry.md": "# The Ministry of Finance\n\nThe Ministry of Finance opposes the ban and wants "
    "to tax miners. Miners pay 15% of what they earn.\n",
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "OLLAMA_HOST"):
        monkeypatch.delenv(variable, raising=False)
    with serve() as server:
        yield server


class Shelf:
    """A small library, and assistants over it whose settings differ."""

    def __init__(self, folder: Path, documents: dict[str, str], address: str) -> None:
        self.settings = Settings(
            index=folder / "index",
            threshold=0.0,
            model="openai:tiny",
            model_address=address,
            model_seconds=20,
        )
        source = folder / "documents"
        source.mkdir()
        for name, text in documents.items():
            (source / name).write_text(text, encoding="utf-8")
        self._embedder = HashingEmbedder()
        self.library = Library.open(self.settings, self._embedder)
        self.reports = list(self.library.add([source]))

    def assistant(self, **settings: Any) -> Assistant:
        chosen = replace(self.settings, **settings)
        return Assistant(chosen, self.library, self._embedder, SentenceReader(self._embedder))


@pytest.fixture
def shelf(tmp_path: Path, served: Served) -> Shelf:
    return Shelf(tmp_path, DOCUMENTS, served.address)
