"""Several processes on one library in PostgreSQL, and what becomes of it when one dies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import rag
from rag.errors import LibraryBroken, LibraryBusy, SettingError
from rag.library import Library, worker
from rag.postgres import (
    PostgresLock,
    PostgresPresence,
    PostgresStore,
    describe_address,
)
from rag.retrieve import Retriever
from rag.settings import Settings, read_settings
from tests.fakes import HashingEmbedder
from tests.killing import ROOT
from tests.postgres.failover import fail_over
from tests.test_worker import are_over, stages, until

# A worker in a process of its own: it says what it embeds, and waits where a text tells it to.
CHILD = """
import sys
import threading
from pathlib import Path
from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashingEmbedder

class Telling(HashingEmbedder):
    def embed_passages(self, texts):
        waits = any("wait here" in text for text in texts)
        print("waits" if waits else "embeds", flush=True)
        if waits:
            sys.stdin.readline()
        return super().embed_passages(texts)

library = Library.open(Settings(index=Path(sys.argv[1]), library=sys.argv[2]), Telling())
library.start_worker()
print("ready", flush=True)
threading.Event().wait(300)
"""


@pytest.fixture
def chat(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A chat that submits and asks, and does not work off jobs itself."""
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.02)
    library = Library.open(Settings(index=tmp_path / "chat", library=address), HashingEmbedder())
    yield library
    library.close()


@contextmanager
def working(name: str, address: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / name), address],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as child:  # fmt: skip
        try:
            yield child
        finally:
            child.kill()


def read_until(child: subprocess.Popen[str], wanted: str) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if line == f"{wanted}\n":
            return
    raise AssertionError(f"the worker ended before it {wanted}")


def ask(chat: Library, question: str) -> list[str]:
    chat.refresh()
    found = Retriever(chat.store, chat.vectors, chat.words, HashingEmbedder()).retrieve(question, 3)
    return [passage.text for passage in found]


def test_two_workers_and_a_chat_and_one_worker_killed_in_the_middle(
    chat: Library, address: str, tmp_path: Path
) -> None:
    texts = {f"{number}.txt": f"Report {number} tells of ship{number}.\n" for number in range(20)}
    with ExitStack() as stack:
        one = stack.enter_context(working("a", address, tmp_path))
        read_until(one, "ready")
        chat.submit_text("This one has to wait here until its worker is killed.", "held.txt")
        read_until(one, "waits")
        other = stack.enter_context(working("b", address, tmp_path))
        read_until(other, "ready")
        for name, text in texts.items():
            chat.submit_upload(name, text.encode())
        until(lambda: chat.count_jobs().get("ready") == len(texts))
        assert any("ship7" in text for text in ask(chat, "ship7"))
        held = next(job for job in chat.jobs() if not job.is_over)
        assert (held.name, held.tries) == ("held.txt", 1)
        one.kill()
        one.wait()
        # The other finds it, and waits in its turn until it is let go on.
        read_until(other, "waits")
        assert other.stdin is not None
        other.stdin.write("\n")
        other.stdin.flush()
        until(lambda: are_over(chat))
    assert set(stages(chat).values()) == {"ready"}
    assert len(chat.documents()) == len(texts) + 1
    assert any("killed" in text for text in ask(chat, "wait until killed"))
    assert chat.check() == []


def test_a_primary_killed_in_the_middle_of_writes_loses_nothing_acknowledged() -> None:
    outcome = fail_over(documents_before=10)
    assert outcome.before >= 10
    assert outcome.acknowledged >= 20
    assert (outcome.lost, outcome.problems) == ((), ())
    assert outcome.found_on_replica > 0


def test_one_process_changes_the_library_at_a_time(chat: Library, address: str) -> None:
    store = PostgresStore(address)
    other = PostgresLock(store.connections)
    with other.held():
        with pytest.raises(LibraryBusy, match="try again"):
            chat.add_text("Ships sail.", "ships.txt")
        chat.refresh()  # who asks does not wait
    assert chat.add_text("Ships sail.", "ships.txt").outcome == "added"
    other.close()
    store.close()


def test_locks_go_with_the_session_that_holds_them(in_postgres: PostgresStore) -> None:
    lock = PostgresLock(in_postgres.connections)
    other = PostgresLock(in_postgres.connections)
    one, two = (PostgresPresence(in_postgres.connections) for _ in range(2))
    assert one.claim()
    assert one.claim()
    assert not two.claim()
    with lock.held(), pytest.raises(LibraryBusy), other.held(patience=0.05):
        pass
    with lock.held():
        with in_postgres.connections.plain() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND classid = ?::bigint",
                (in_postgres.connections.space % 2**32,),
            )
        until(two.claim)
        with other.held():
            assert other.is_held
    for part in (lock, other, one, two):
        part.close()


def test_an_upload_is_shared_and_copied_for_the_viewer(chat: Library, tmp_path: Path) -> None:
    report = chat.add_bytes(b"Ships sail the sea.\n", "Ships.TXT")
    path = chat.original(str(report.document_id))
    assert path is not None
    assert path.is_relative_to(tmp_path / "chat")
    assert (path.read_bytes(), path.suffix) == (b"Ships sail the sea.\n", ".txt")
    assert chat.check() == []
    chat.remove(["Ships.TXT"])
    assert not path.exists()
    assert chat.check(repair=True) == []


def test_no_password_is_told(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    address = "postgresql://me:s3cret@127.0.0.1:1/nothing?connect_timeout=1"
    chosen = read_settings({"RAG_LIBRARY": address, "RAG_INDEX": str(tmp_path)})
    assert "s3cret" not in repr(chosen)
    assert describe_address(address) == "postgresql://127.0.0.1:1/nothing"
    with pytest.raises(LibraryBroken, match="cannot be reached") as told:
        Library.open(chosen, HashingEmbedder())
    assert "s3cret" not in str(told.value) + caplog.text
    for wrong in ("postgresql://me:s3cret@[host/x", "postgresql://h/d?s3cret=1"):
        with pytest.raises(SettingError) as refused:
            PostgresStore(wrong)
        assert "s3cret" not in str(refused.value)
    for wrong in ("mysql://me:s3cret@host/x", "s3cret"):
        with pytest.raises(SettingError, match="postgresql://") as refused:
            read_settings({"RAG_LIBRARY": wrong})
        assert "s3cret" not in str(refused.value)
    with pytest.raises(SettingError, match="RAG_LIBRARY_REPLICA"):
        read_settings({"RAG_LIBRARY_REPLICA": "postgresql://h/d"})


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("rag.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(rag, "postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingError, match=r"pip install -r requirements-postgres\.txt"):
        Library.open(Settings(library="postgresql://h/d"), HashingEmbedder())
