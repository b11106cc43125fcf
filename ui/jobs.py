"""Draws the files on their way into the library, as every tab sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from rag.records import ENDS, Job, JobStage
from ui import services
from ui.failures import told
from ui.polling import follow
from ui.tables import Cell, Column, Row, chosen, draw_table
from ui.words import clean, count

_POLL_SECONDS = 0.5
_IDLE_SECONDS = 3.0  # another tab, or the command line, may submit files
_TABLE = "jobs"
_MOST_ROWS = 500
_COLUMNS = (
    Column("File"),
    Column("State", one_line=True),
    Column("Pages", number=True, on_phone=False),
    Column("Characters", number=True, on_phone=False),
    Column("Passages", number=True, on_phone=False),
    Column("Seconds", number=True, on_phone=False),
)
_STAGES: dict[JobStage, str] = {
    "queued": "Waiting",
    "fetching": "Fetching",
    "reading": "Reading",
    "embedding": "Embedding",
    "storing": "Storing",
    "ready": "Ready",
    "refused": "Refused",
    "cancelled": "Cancelled",
}
# Where there are too many to show, these are shown first.
_FIRST: tuple[JobStage, ...] = (
    "storing", "embedding", "reading", "fetching", "refused", "queued", "cancelled", "ready",
)  # fmt: skip


def draw_jobs() -> None:
    """Draws what has been submitted, and follows it; nothing where there is nothing."""
    follow(_draw, is_working, _POLL_SECONDS, idle_seconds=_IDLE_SECONDS)


def is_working() -> bool:
    """Tells whether a file is waiting or being read."""
    return _count()[0] > 0


def work_in_words() -> str:
    """Tells how far the work has come, and ``""`` where there is none."""
    left, done = _count()
    return f"Reading files: {done:,} of {left + done:,} done" if left else ""


def _count() -> tuple[int, int]:
    counts = services.core().library.count_jobs()
    done = sum(counts.get(stage, 0) for stage in ENDS)
    return sum(counts.values()) - done, done


def _draw() -> None:
    with told("The files on their way in could not be shown."):
        jobs = services.core().library.jobs()
        if jobs:
            _draw_progress(jobs)
            _draw_table(jobs)
            _draw_buttons(jobs)


def _draw_progress(jobs: Sequence[Job]) -> None:
    done = sum(job.is_over for job in jobs)
    refused = sum(job.stage == "refused" for job in jobs)
    words = f"{done:,} of {count(len(jobs), 'file')} done"
    words = f"{words}, {refused:,} refused" if refused else words
    st.progress(done / len(jobs), text=words)


def _draw_table(jobs: Sequence[Job]) -> None:
    shown = jobs
    if len(jobs) > _MOST_ROWS:
        shown = sorted(jobs, key=lambda job: _FIRST.index(job.stage))[:_MOST_ROWS]
    rows = [_row(job) for job in shown]
    draw_table(_TABLE, "Files being taken in", _COLUMNS, rows, selectable=True)
    if len(jobs) > len(shown):
        st.caption(f"and {len(jobs) - len(shown):,} more")


def _row(job: Job) -> Row:
    name = clean(job.name)
    if job.kind == "sync":
        name = f"{name}: what is gone from the folder"
    cells = (
        Cell(name, note=clean(job.note)),
        Cell(_stage_in_words(job)),
        _figure(job.pages),
        _figure(job.characters),
        _figure(job.chunks),
        Cell(f"{job.seconds:,.1f}" if job.seconds else "", sort=round(1000 * job.seconds)),
    )
    return Row(job.id, name, cells)


def _stage_in_words(job: Job) -> str:
    if job.cancelling:
        return "Cancelling"
    if job.stage == "embedding" and job.total:
        return f"Embedding {job.done:,} of {job.total:,}"
    return _STAGES[job.stage]


def _figure(number: int | None) -> Cell:
    return Cell(f"{number:,}" if number else "", sort=number or 0)


def _draw_buttons(jobs: Sequence[Job]) -> None:
    library = services.core().library
    marked = set(chosen(_TABLE))
    with st.container(horizontal=True):
        _draw_button("Cancel", marked, [j for j in jobs if not j.is_over], library.cancel)
        _draw_button("Retry", marked, [j for j in jobs if j.stage == "refused"], library.retry)
        if any(job.is_over for job in jobs):
            _on_click("Clear this list", "clear_jobs", library.clear_finished)


def _draw_button(
    verb: str,
    marked: Collection[str],
    jobs: Sequence[Job],
    act: Callable[[Collection[str]], None],
) -> None:
    """Draws a button for those of the jobs that are marked, or for all where none is."""
    if not jobs:
        return
    ids = [job.id for job in jobs]
    these = [id_ for id_ in ids if id_ in marked]
    words = f"{verb} {count(len(these), 'file')}" if these else f"{verb} all"
    _on_click(words, f"{verb.lower()}_jobs", lambda: act(these or ids))


def _on_click(words: str, key: str, act: Callable[[], None]) -> None:
    if st.button(words, key=key):
        with told("That could not be done."):
            act()
            st.rerun()
