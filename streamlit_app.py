"""The browser app: ``streamlit run streamlit_app.py``."""

import streamlit as st
from starlette.middleware import Middleware

# The pages are imported here so that the first visitor need not wait for it.
from ui import api, chat, history, library, models, review  # noqa: F401
from ui.downloads import save_routes
from ui.draft import DRAFTS
from ui.failures import report_script_error
from ui.guard import Guard
from ui.routes import source_routes
from ui.services import while_serving

app = st.App(
    "ui/scripts/main.py",
    lifespan=while_serving,
    routes=[save_routes(), DRAFTS, source_routes(), *api.routes],
    middleware=[Middleware(Guard)],
    on_script_error=report_script_error,
)
