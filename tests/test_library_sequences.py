"""After any sequence of changes the library equals one built afresh from the same files."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashingEmbedder

NAMES = ("a.txt", "b.md", "sub/c.txt")
TEXTS = (
    "Ships sail the sea.\n\nThe harbour is deep.\n",
    "# Bank\n\nThe central bank wants a ban on crypto.\n",
    "Clouds bring rain to the hills.\n",
    "One word after another makes a long line. " * 20,
)
WORDS = ("harbour", "bank", "rain", "word")

names = st.sampled_from(NAMES)
texts = st.sampled_from(TEXTS)


def identify(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def describe(library: Library) -> dict[str, object]:
    """All that a library holds, but for paths and times."""
    library.refresh()
    held: dict[str, object] = {}
    for document in library.documents():
        vectors = library.store.vectors_of(library.store.chunk_ids([document.id]), "hashing")
        held[document.id] = (
            document.sha256,
            sorted(document.names),
            document.characters,
            library.text(document.id),
            library.blocks(document.id),
            library.store.contents(document.id),
            sorted(tuple(row) for row in vectors.values()),
        )
    for word in WORDS:
        found = library.store.chunks([id_ for id_, _ in library.words.search(word, 50)])
        held[word] = sorted((chunk.document_id, chunk.start) for chunk in found.values())
    held["vectors"] = len(library.vectors.read_all())
    return held


class Changes(RuleBasedStateMachine):
    """``files`` is the folder, ``taken`` what of it the library has, ``uploads`` what came by
    another way; each maps a name to a text. ``removed`` is what can be put back, by its text.
    """

    @initialize()
    def begin(self) -> None:
        self.place = tempfile.TemporaryDirectory()
        self.folder = Path(self.place.name) / "files"
        self.folder.mkdir()
        self.library = self.open("index")
        self.files: dict[str, str] = {}
        self.taken: dict[str, str] = {}
        self.uploads: set[tuple[str, str]] = set()
        self.removed: dict[str, tuple[set[str], set[tuple[str, str]]]] = {}

    def open(self, index: str) -> Library:
        chosen = Settings(index=Path(self.place.name) / index, chunk_characters=200)
        return Library.open(chosen, HashingEmbedder(), clock=lambda: 0.0)

    # The folder.

    @rule(name=names, text=texts)
    def write_file(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (time.time() - 60, time.time() - 60))
        self.files[name] = text

    @precondition(lambda self: self.files)
    @rule(data=st.data(), new=names)
    def rename_file(self, data: st.DataObject, new: str) -> None:
        old = data.draw(st.sampled_from(sorted(self.files)))
        (self.folder / new).parent.mkdir(exist_ok=True)
        (self.folder / old).replace(self.folder / new)
        self.files[new] = self.files.pop(old)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def delete_file(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.files)))
        (self.folder / name).unlink()
        del self.files[name]

    # The library.

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def add_file(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.files)))
        (report,) = self.library.add([self.folder / name])
        assert report.outcome != "refused"
        self.taken[name] = self.files[name]

    @rule()
    def sync_folder(self) -> None:
        assert all(report.outcome != "refused" for report in self.library.sync(self.folder))
        self.taken = dict(self.files)

    @rule(name=st.sampled_from(("up.txt", "b.md")), text=texts)
    def upload(self, name: str, text: str) -> None:
        assert self.library.add_bytes(text.encode(), name).outcome != "refused"
        self.uploads.add((name, text))

    @precondition(lambda self: self.taken or self.uploads)
    @rule(data=st.data(), undo_seconds=st.sampled_from((0, 30)))
    def remove_document(self, data: st.DataObject, undo_seconds: float) -> None:
        held = sorted({*self.taken.values(), *(text for _, text in self.uploads)})
        text = data.draw(st.sampled_from(held))
        self.library.remove([identify(text)], undo_seconds)
        self.removed.pop(text, None)
        if undo_seconds:
            paths = {name for name, other in self.taken.items() if other == text}
            self.removed[text] = paths, {upload for upload in self.uploads if upload[1] == text}
        self.taken = {name: other for name, other in self.taken.items() if other != text}
        self.uploads = {(name, other) for name, other in self.uploads if other != text}

    @precondition(lambda self: self.removed)
    @rule()
    def undo_removals(self) -> None:
        listed = [document.id for document in self.library.removed()]
        assert sorted(listed) == sorted(map(identify, self.removed))
        self.library.undo_removal(listed)
        for text in sorted(self.removed, key=lambda text: listed.index(identify(text))):
            paths, uploads = self.removed[text]
            self.taken |= dict.fromkeys(paths.difference(self.taken), text)
            self.uploads |= uploads
            if text in {*self.taken.values(), *(other for _, other in self.uploads)}:
                del self.removed[text]

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = self.open("index")
        self.removed = {}

    @invariant()
    def holds_what_came_in(self) -> None:
        held = {document.id for document in self.library.documents()}
        wanted = {*self.taken.values(), *(text for _, text in self.uploads)}
        assert held == {identify(text) for text in wanted}

    def teardown(self) -> None:
        if not hasattr(self, "library"):
            return
        assert self.library.check() == []
        held = describe(self.library)
        self.library.close()
        fresh = self.open("fresh")
        source = Path(self.place.name) / "again"
        for name, text in self.taken.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text, encoding="utf-8")
        if self.taken:
            list(fresh.sync(source))
        for name, text in sorted(self.uploads):
            fresh.add_bytes(text.encode(), name)
        assert describe(fresh) == held
        fresh.close()
        self.place.cleanup()


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
