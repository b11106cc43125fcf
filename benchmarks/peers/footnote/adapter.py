"""This project, through its public face, as the command line uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.peers.serve import serve
from rag.assistant import open_assistant
from rag.settings import Settings


class Footnote:
    """Takes in files, as ``python -m rag add`` does; it embeds with its own copy of the weights."""

    def __init__(self, folder: Path, model: str) -> None:  # noqa: ARG002
        self._files = folder.with_name(f"{folder.name}-files")
        self._files.mkdir(parents=True, exist_ok=True)
        self._assistant = open_assistant(Settings(index=folder))
        self._assistant.load()

    def take_in(self, documents: list[dict[str, str]]) -> Callable[[], None]:
        paths = [self._files / f"{document['id']}.txt" for document in documents]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(document["text"], encoding="utf-8")

        def run() -> None:
            for report in self._assistant.library.add(paths):
                if report.reason:
                    print(report.name, report.outcome, report.reason)

        return run

    def search(self, question: str, count: int) -> list[dict[str, str]]:
        found = self._assistant.rank(question, count)
        return [{"id": Path(p.document.name).stem, "text": p.text} for p in found]

    def answer(self, question: str) -> None:
        self._assistant.ask(question)


if __name__ == "__main__":
    serve(Footnote)
