"""Draws what a language model is writing, as plain text, while it writes."""

from __future__ import annotations

from pathlib import Path

from ui.assets import mount
from ui.draft.stream import DRAFTS, PATH, Draft

__all__ = ["DRAFTS", "Draft", "draw_draft"]


def draw_draft(key: str, draft: Draft) -> None:
    """Draws a draft; the page runs again once it has ended."""
    address = f"{PATH}/{draft.token}"
    mount(Path(__file__).parent, key, {"address": address}, on_done_change=lambda: None)
