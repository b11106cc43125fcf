"""What the browser's window tells the page (is it wide?), and what it says to a screen reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from ui.assets import mount

WIDE_PIXELS = 900  # below this there is no room for a source beside the chat
_KEY = "window"


def is_wide() -> bool:
    """Gives whether the window has room for two columns; taken as wide until it tells."""
    told: Any = st.session_state.get(_KEY)
    return getattr(told, "narrow", None) is not True


def watch(announcement: str) -> None:
    """Watches the window's width, and has a screen reader say ``announcement`` when it changes."""
    with st.container(key="window_watch", height="content"):
        mount(
            Path(__file__).parent,
            _KEY,
            {"wide": WIDE_PIXELS, "say": announcement},
            on_narrow_change=lambda: None,
        )
