"""Draws what a document says and what is known of it, as text alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ui.assets import mount


@dataclass(frozen=True)
class Heading:
    """A heading; ``level`` is 1 to 6."""

    heading: str
    level: int = 1


@dataclass(frozen=True)
class Facts:
    """Names, each with what is said of it, one or more to a line."""

    facts: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class Text:
    """A stretch of a document, line for line; ``place`` says where it stands."""

    text: str
    place: str = ""


@dataclass(frozen=True)
class Lines:
    """Plain sentences, one below the other."""

    lines: Sequence[str]


Piece = Heading | Facts | Text | Lines


def draw_sheet(key: str, name: str, pieces: Sequence[Piece]) -> None:
    """Draws pieces below one another; ``name`` is what a screen reader calls them together."""
    data = {"name": name, "pieces": [asdict(piece) for piece in pieces]}
    mount(Path(__file__).parent, key, data)
