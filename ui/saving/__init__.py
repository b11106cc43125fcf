"""Draws links by which something is saved as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ui.assets import mount


def draw_saving(key: str, words: str, links: Mapping[str, str]) -> None:
    """Draws links in a row after some words.

    Args:
        links: addresses by what stands on their links.
    """
    data = {"words": words, "links": [[text, address] for text, address in links.items()]}
    mount(Path(__file__).parent, key, data)
