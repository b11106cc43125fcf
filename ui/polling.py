"""Draws a part of the page again and again while something is being done behind it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import streamlit as st


def follow(
    draw: Callable[[], None],
    working: Callable[[], bool],
    seconds: float,
    on_poll: Callable[[], None] = lambda: None,
    idle_seconds: float | None = None,
) -> None:
    """Draws a part of the page, and again every so often until the work has ended.

    Then the whole page is drawn once more, and the polling stops.

    Args:
        working: whether there is still something to follow.
        idle_seconds: how often to look whether there is something again, where others may begin
            it; the whole page is drawn then too.
        on_poll: called when the browser asks for the part alone, which it does not before it
            has painted the page.
    """
    polls = itertools.count()
    was_working = working()

    def draw_part() -> None:
        polled = next(polls) > 0
        if polled:
            on_poll()
        draw()
        # Not in the page's own run: what the reader has just sent would be lost with it.
        if polled and working() != was_working:
            st.rerun()

    st.fragment(draw_part, run_every=seconds if was_working else idle_seconds)()
