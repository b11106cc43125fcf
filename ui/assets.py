"""Mounts Streamlit components from the files that stand beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


def mount(folder: Path, key: str, data: Mapping[str, Any], **callbacks: Callable[[], None]) -> None:
    """Mounts the component of a folder, with its ``component.js`` and ``component.css``.

    Other ``.js`` files of the folder, and ``elements.js``, hold more functions of the same script.

    The component stands in the page's own tree, so that focus comes back to its buttons when a
    drawer closes; its class names begin with ``fn-``.
    """
    # Registered at each mount, since every runtime (each AppTest has one) keeps its own registry.
    component = st.components.v2.component(
        f"footnote_{folder.name}",
        css=_read(folder / "component.css"),
        js=_script(folder),
        isolate_styles=False,
    )
    component(key=key, data=dict(data), **callbacks)


@cache
def _script(folder: Path) -> str:
    # One script, since a component cannot import from the files beside it.
    files = [Path(__file__).with_name("elements.js"), *sorted(folder.glob("*.js"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@cache
def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
