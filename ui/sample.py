"""The way out of an empty library: the sample corpus, where it lies beside the app."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import services
from ui.failures import told
from ui.jobs import is_working
from ui.polling import follow

SAMPLE = Path(__file__).parents[1] / "corpus"
_POLL_SECONDS = 1.0


def draw_sample_offer() -> None:
    """Draws a button that takes the sample in, and the page anew once a document has come."""
    if SAMPLE.is_dir():
        follow(_draw_offer, _is_empty, _POLL_SECONDS)


def _draw_offer() -> None:
    if is_working():
        st.text("The first documents are coming in…")
    elif st.button("Take in the sample corpus", key="sample"):
        with told("The sample corpus could not be taken in."):
            services.core().library.submit_sync(SAMPLE)
            st.rerun()


def _is_empty() -> bool:
    return not services.core().library.status().documents
