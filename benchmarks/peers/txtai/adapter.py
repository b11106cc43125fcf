"""txtai, as in its introduction, with texts cut into paragraphs as in its example on documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from txtai import Embeddings
from txtai.pipeline import Segmentation

from benchmarks.peers.serve import serve


class Txtai:
    """Paragraphs, its own choice of index; saved after each turn."""

    def __init__(self, folder: Path, model: str) -> None:
        self._folder = folder / "index"
        self._cut = Segmentation(paragraphs=True)
        self._embeddings = Embeddings(path=model, content=True)
        if self._folder.exists():
            self._embeddings.load(str(self._folder))
        self._embeddings.transform("warm up")

    def take_in(self, documents: list[dict[str, str]]) -> Callable[[], None]:
        def run() -> None:
            rows = (
                (f"{document['id']}/{number}", paragraph)
                for document in documents
                for number, paragraph in enumerate(self._cut(document["text"]))
            )
            self._embeddings.upsert(rows)
            self._embeddings.save(str(self._folder))

        return run

    def search(self, question: str, count: int) -> list[dict[str, str]]:
        found = self._embeddings.search(question, count)
        return [{"id": row["id"].split("/")[0], "text": row["text"]} for row in found]


if __name__ == "__main__":
    serve(Txtai)
