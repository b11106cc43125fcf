"""What the tests of store and retrieval share: a library's engines, embedded and PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.library import engines
from rag.library import library as front
from rag.postgres import PostgresStore
from rag.settings import Settings
from rag.store import SQLiteStore
from rag.store.sql import SQLStore
from tests.postgres.server import CARELESS, Server

if TYPE_CHECKING:
    from rag.milvus import MilvusConnection

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server, started when a test first asks for it."""
    server = Server().create()
    try:
        yield server.start(**CARELESS)
    finally:
        server.stop()


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusConnection]:
    """Milvus Lite over one file; every library has its own collections in it."""
    from rag.milvus import MilvusConnection  # takes two seconds, which few tests need

    connection = MilvusConnection(str(tmp_path_factory.mktemp("milvus") / "vectors.db"))
    yield connection
    connection.close()


@pytest.fixture
def address(server: Server) -> str:
    """The address of an empty library in PostgreSQL: a schema of its own."""
    return server.make_schema(f"test_{next(_numbers)}")


@pytest.fixture
def in_postgres(address: str) -> Iterator[PostgresStore]:
    """An empty store in PostgreSQL."""
    store = PostgresStore(address)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SQLStore]:
    """An empty store of each kind."""
    store: SQLStore
    if request.param == "sqlite":
        store = SQLiteStore(tmp_path / "library.sqlite")
    else:
        store = PostgresStore(request.getfixturevalue("address"))
    yield store
    store.close()


@pytest.fixture(params=["folder", "postgresql"])
def each_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has every library that the test opens kept in its folder, or in PostgreSQL instead."""
    if request.param == "folder":
        return
    server: Server = request.getfixturevalue("server")
    addresses: dict[Path, str] = {}

    def open_instead(folder: Path) -> engines.Engines:
        if folder not in addresses:
            addresses[folder] = server.make_schema(f"test_{next(_numbers)}")
        return engines.open_engines(Settings(index=folder, library=addresses[folder]))

    monkeypatch.setattr(front, "open_folder", open_instead)
    monkeypatch.setattr(front, "open_engines", lambda settings: open_instead(settings.index))
