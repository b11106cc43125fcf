"""The app over the stub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.ui.pages import MAIN
from tests.ui.stub import StubAssistant, StubWatcher
from ui import services


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubAssistant]:
    monkeypatch.setenv("RAG_INDEX", str(tmp_path / "index"))
    stub = StubAssistant()
    monkeypatch.setattr(services, "open_core", lambda settings: stub)
    monkeypatch.setattr(services, "open_watcher", StubWatcher)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield stub
    stub.released.set()
    services.history().close()
    st.cache_resource.clear()


@pytest.fixture
def app(core: StubAssistant) -> AppTest:
    return AppTest.from_file(str(MAIN), default_timeout=20).run()
