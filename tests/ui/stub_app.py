"""The app over the stub: ``python -m streamlit run tests/ui/stub_app.py`` in the repository."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from tests.ui.stub import StubWatcher, open_stub
from ui import services
from ui.downloads import ROUTES
from ui.draft import DRAFTS
from ui.failures import report_script_error
from ui.guard import Guard

services.open_core = open_stub
services.open_watcher = StubWatcher

app = st.App(
    Path(__file__).parents[2] / "ui" / "scripts" / "main.py",
    routes=[*ROUTES, DRAFTS],
    middleware=[Middleware(Guard)],
    on_script_error=report_script_error,
)
