"""What the tests of store and retrieval share: a library's engines, embedded and PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.postgres import PostgresStore
from rag.store import SQLiteStore
from rag.store.sql import SQLStore
from tests.postgres.server import CARELESS, Server

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server, started when a test first asks for it."""
    server = Server().create()
    try:
        yield server.start(**CARELESS)
    finally:
        server.stop()


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
