"""HTML and SVG, put together so that no text can become markup."""

from __future__ import annotations

import html


class Markup(str):
    """Text that is markup already; any other text is escaped."""

    __slots__ = ()


def tag(name: str, *content: str, **attributes: str | float) -> Markup:
    """Gives an element.

    Args:
        content: text, which is escaped, and markup, which is not.
        attributes: an underscore at the end is dropped, any other becomes a hyphen.
    """
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_show(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{words}>{join(content)}</{name}>")


def join(parts: tuple[str, ...] | list[str]) -> Markup:
    """Gives the parts one after the other, escaped where they are text."""
    return Markup("".join(p if isinstance(p, Markup) else html.escape(p) for p in parts))


def _show(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else html.escape(str(value))
