"""The app over the stub: ``python -m streamlit run tests/ui/stub_app.py`` in the repository."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from tests.ui.stub import StubWatcher, open_stub
from ui import services
from ui.downloads import save_routes
from ui.draft import DRAFTS
from ui.failures import report_script_error
from ui.guard import Guard
from ui.routes import source_routes

services.open_core = open_stub
services.open_watcher = StubWatcher

app = st.App(
    Path(__file__).parents[2] / "ui" / "scripts" / "main.py",
    routes=[save_routes(), DRAFTS, source_routes()],
    middleware=[Middleware(Guard)],
    on_script_error=report_script_error,
)
