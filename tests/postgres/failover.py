"""Kills a primary in the middle of writes and promotes its synchronous standby; also run by
benchmarks/."""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from rag.errors import LibraryError
from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashingEmbedder
from tests.postgres.server import CARELESS, Server

PATIENCE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found: documents acknowledged before the kill and in all, and those lost; passages
    that a chat found which reads from the standby."""

    before: int
    acknowledged: int
    lost: tuple[str, ...]
    problems: tuple[str, ...]
    found_on_replica: int
    promoted_seconds: float
    writing_seconds: float


class Writer(threading.Thread):
    """Adds texts one after the other, each again until it is acknowledged."""

    def __init__(self, number: int, library: Library) -> None:
        super().__init__(daemon=True)
        self._number = number
        self._library = library
        self.acknowledged: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        count = 0
        while not self.stopping.is_set():
            text = f"Report {count} of writer {self._number}.\n\nShips {count} sail the sea.\n"
            try:
                report = self._library.add_text(text, f"{self._number}-{count}.txt")
            except LibraryError:
                self.stopping.wait(0.1)
                continue
            self.acknowledged.append(str(report.document_id))
            count += 1


def fail_over(documents_before: int = 20) -> Outcome:
    """Runs it once: two writers, a kill -9 of the primary and all its processes, a promotion."""
    primary, standby = Server().create(), Server()
    libraries: list[Library] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            primary.start(**CARELESS | {"synchronous_commit": "on"})
            primary.make_schema("footnote")
            standby.copy(primary).start(**CARELESS)
            _make_synchronous(primary)
            address = _either(primary, standby)
            for number in (1, 2):
                settings = Settings(index=Path(folder) / str(number), library=address)
                libraries.append(Library.open(settings, HashingEmbedder()))
            writers = [Writer(number, library) for number, library in enumerate(libraries)]
            for writer in writers:
                writer.start()
            _await(writers, documents_before)
            found = _ask_replica(Path(folder) / "chat", address, standby)
            primary.kill()
            before = sum(len(writer.acknowledged) for writer in writers)
            started = time.monotonic()
            standby.promote()
            promoted = time.monotonic() - started
            _release(standby)
            _await(writers, before + documents_before)
            writing = time.monotonic() - started
            for writer in writers:
                writer.stopping.set()
                writer.join()
            acknowledged = [id_ for writer in writers for id_ in writer.acknowledged]
            there = {document.id for document in libraries[0].documents()}
            lost = tuple(id_ for id_ in acknowledged if id_ not in there)
            problems = tuple(libraries[0].check())
        finally:
            for library in libraries:
                library.close()
            primary.stop()
            standby.stop()
    return Outcome(before, len(acknowledged), lost, problems, found, promoted, writing)


def _ask_replica(index: Path, address: str, standby: Server) -> int:
    """Asks until the standby has applied what it has written: a commit waits for the latter."""
    replica = standby.address("postgres", "footnote")
    settings = Settings(index=index, library=address, library_replica=replica)
    chat = Library.open(settings, HashingEmbedder())
    end = time.monotonic() + PATIENCE
    try:
        while not (found := _search(chat)):
            assert time.monotonic() < end, "the standby never had what the primary has"
            time.sleep(0.02)
    finally:
        chat.close()
    return found


def _search(chat: Library) -> int:
    """Gives how many passages were found; 0 unless by words and by vectors both."""
    chat.refresh()
    found = chat.words.search("ships", 5)
    vectors = chat.vectors.search(HashingEmbedder().embed_question("ships"), 5)
    passages = chat.store.chunks([id_ for id_, _ in (*found, *vectors)])
    return len(passages) if found and vectors else 0


def _make_synchronous(primary: Server) -> None:
    """A commit returns when the standby has it, too."""
    with psycopg.connect(primary.address("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
        end = time.monotonic() + PATIENCE
        while connection.execute(
            "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
        ).fetchone() is None:  # fmt: skip
            assert time.monotonic() < end, "the standby never followed"


def _release(standby: Server) -> None:
    """The standby has the primary's settings, and no standby of its own to wait for."""
    with psycopg.connect(standby.address("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
        connection.execute("SELECT pg_reload_conf()")


def _either(primary: Server, standby: Server) -> str:
    """An address that leads to whichever of the two can be written to."""
    one = primary.address("postgres", "footnote")
    hosts = f"host={primary.folder},{standby.folder}"
    return one.replace(f"host={primary.folder}", hosts) + "&target_session_attrs=read-write"


def _await(writers: list[Writer], count: int) -> None:
    end = time.monotonic() + PATIENCE
    while sum(len(writer.acknowledged) for writer in writers) < count:
        assert time.monotonic() < end, "nothing more was acknowledged"
        time.sleep(0.02)
