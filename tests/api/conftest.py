from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from rag.assistant import Assistant
from tests.api.shelf import SHOWN, make_api, open_shelf


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    assistant = open_shelf(tmp_path)
    yield assistant
    assistant.library.close()


@pytest.fixture
def client(assistant: Assistant) -> TestClient:
    """A program that has the token."""
    return TestClient(make_api(assistant), headers=SHOWN, raise_server_exceptions=False)
