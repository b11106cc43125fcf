"""Folders on this machine: what a sync would change, and which folders are followed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.library import Change, ChangeKind, Plan
from ui import services
from ui.failures import told
from ui.tables import Cell, Column, Row, draw_table
from ui.words import clean, count, date_in_words

_PLAN = "folder_plan"
_KINDS: dict[ChangeKind, str] = {
    "added": "New",
    "changed": "Changed",
    "renamed": "Renamed",
    "removed": "Gone, is removed",
    "refused": "Refused",
    "unchanged": "Unchanged",
}
_COLUMNS = (Column("File"), Column("What happens", one_line=True), Column("Where", on_phone=False))
_MOST_ROWS = 1_000


def draw_folders() -> None:
    """Draws the folders that are followed, and the way to sync one."""
    folders = services.core().library.folders()
    plan: Plan | None = st.session_state.get(_PLAN)
    title = "Folders on this machine"
    with st.expander(title, expanded=plan is not None or any(f.watching for f in folders)):
        for number, folder in enumerate(folders):
            _draw_folder(number, Path(folder.path), folder.watching, folder.synced)
        _draw_question()
        if plan is not None:
            _draw_plan(plan)


def _draw_folder(number: int, path: Path, watching: bool, synced: str | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        state = "followed" if watching else "not followed"
        when = f", last synced {date_in_words(synced[:10])}" if synced else ""
        st.text(f"{clean(str(path))} ({state}{when})")
        if watching and st.button("Stop following", key=f"unfollow_{number}"):
            with told("The folder is still followed."):
                services.watcher().unfollow(path)
                st.rerun()
        if not watching and st.button("Follow", key=f"follow_{number}"):
            with told("The folder is not followed."):
                services.watcher().follow(path)
                st.rerun()
        if st.button("Compare", key=f"compare_{number}"):
            _compare(path)
        if problem := services.watcher().problems().get(path):
            st.text(problem)


def _draw_question() -> None:
    with st.form("folder", border=False):
        path = st.text_input(
            "Path of a folder",
            key="folder_path",
            placeholder="/home/me/reports",
            help="What came from it is made equal to it; you see first what would change.",
        )
        if st.form_submit_button("Compare with the library"):
            if path.strip():
                _compare(Path(path.strip()).expanduser())
            else:
                st.text("Write the path of a folder first.")


def _compare(path: Path) -> None:
    with told("The folder could not be compared."):
        st.session_state[_PLAN] = services.core().library.plan(path)
        st.rerun()


def _draw_plan(plan: Plan) -> None:
    st.text(_plan_in_words(plan))
    changes = [change for change in plan.changes if change.kind != "unchanged"]
    if changes:
        rows = [_row(number, change) for number, change in enumerate(changes[:_MOST_ROWS])]
        draw_table("plan", "What a sync would change", _COLUMNS, rows)
    if len(changes) > _MOST_ROWS:
        st.text(f"and {len(changes) - _MOST_ROWS:,} more")
    follow = st.checkbox("Follow this folder from now on", key="folder_follow")
    with st.container(horizontal=True):
        if st.button(
            "Apply", key="folder_apply", type="primary", disabled=not _may_apply(plan, follow)
        ):
            _apply(plan, follow)
        if st.button("Leave it", key="folder_leave"):
            _forget_plan()
            st.rerun()


def _plan_in_words(plan: Plan) -> str:
    parts = [
        f"{count(plan.counts[kind], 'file')} {words.lower()}"
        for kind, words in _KINDS.items()
        if plan.counts.get(kind)
    ]
    told_of = ", ".join(parts) or "no files"
    warning = " Nothing would be left of it in the library." if plan.empties else ""
    return f"{clean(plan.folder)}: {told_of}.{warning}"


def _row(number: int, change: Change) -> Row:
    where = str(Path(change.path).parent)
    if change.former:
        where = f"{where}, was {change.former}"
    cells = (
        Cell(clean(change.name), note=clean(change.reason or "")),
        Cell(_KINDS[change.kind]),
        Cell(clean(where)),
    )
    return Row(str(number), clean(change.name), cells)


def _may_apply(plan: Plan, follow: bool) -> bool:
    return plan.is_needed or follow


def _apply(plan: Plan, follow: bool) -> None:
    with told("The folder could not be synced."):
        folder = Path(plan.folder)
        if plan.is_needed:
            services.core().library.submit_sync(folder)
        if follow:
            services.watcher().follow(folder)
        _forget_plan()
        st.rerun()


def _forget_plan() -> None:
    st.session_state.pop(_PLAN, None)
