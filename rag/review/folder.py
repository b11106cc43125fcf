"""Checked answers → a folder that ``python -m rag evaluate`` takes."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from rag.errors import SettingError
from rag.history import Transcript
from rag.records import Document
from rag.review.questions import Row, make_questions, to_lines
from rag.review.standing import TextLibrary, find_standing


class ReadableLibrary(TextLibrary, Protocol):
    """What writing a folder asks of the library."""

    def documents(self) -> list[Document]:
        """Gives all documents."""
        ...

    def original(self, document_id: str, /) -> Path | None:
        """Gives the file a document was made from, where it is still there and the same."""
        ...


def write_questions(
    folder: Path, chats: Mapping[str, Transcript], library: ReadableLibrary
) -> list[Row]:
    """Writes ``questions.jsonl``, and the library's files into ``corpus/``.

    All that can be copied is: a question is as hard as the library in which it is asked.

    Args:
        chats: by what begins the ids of their questions.

    Returns:
        The questions; those with ``answerable`` null are not scored yet.

    Raises:
        SettingError: the folder holds something, or cannot be written.
    """
    try:
        corpus = folder / "corpus"
        if folder.exists() and any(folder.iterdir()):
            raise SettingError(f"{folder} is not empty: name a new folder for the questions.")
        corpus.mkdir(parents=True)
        names = _copy_files(corpus, library)
        rows = [
            row
            for key, chat in chats.items()
            for row in make_questions(
                key, chat.messages, names, lambda c: find_standing(c, library) == "stands"
            )
        ]
        (folder / "questions.jsonl").write_text(to_lines(rows), encoding="utf-8")
    except OSError as error:
        raise SettingError(f"{folder} cannot be written ({error}): check the path.") from error
    return rows


def _copy_files(corpus: Path, library: ReadableLibrary) -> dict[str, str]:
    """Copies the files, and gives their names by the documents' ids."""
    documents = library.documents()
    taken = Counter(document.name.casefold() for document in documents)
    names = {}
    for document in documents:
        original = library.original(document.id)
        if original is None:
            continue
        name = Path(document.name)
        if taken[document.name.casefold()] > 1:  # evaluate knows a document by its name alone
            name = Path(f"{name.stem}-{document.id[:8]}{name.suffix}")
        shutil.copyfile(original, corpus / name)
        names[document.id] = str(name)
    return names
