"""What the tests of the pages share: asking, clicking, and what was drawn."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).parents[2] / "ui" / "scripts" / "main.py"
BANK = "What does the Central Bank want?"


def ask(app: AppTest, question: str) -> AppTest:
    return app.chat_input(key="question").set_value(question).run()


def texts(app: AppTest) -> list[str]:
    return [element.value for element in app.text]


def drawn(app: AppTest, name: str) -> list[dict[str, Any]]:
    """What the components of a name were given to draw."""
    elements = [e.proto for e in app.get("bidi_component")]
    return [json.loads(e.json) for e in elements if e.component_name == f"footnote_{name}"]


def button(app: AppTest, key: str) -> Any:
    return next(b for b in app.button if b.key == key)


def keys(app: AppTest) -> list[str]:
    return [b.key for b in app.button]


def settle(app: AppTest, until: Any, seconds: float = 10) -> None:
    """Runs the page again, as its polling does, until something is so."""
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        app.run()
    assert until()


def cell_text(cell: Any) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return cell if isinstance(cell, str) else " ".join([cell[0], *cell[2:]])
