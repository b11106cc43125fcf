"""Which runs of a Word document are not shown: hidden, white on white, or too small to read."""

from __future__ import annotations

from typing import Any

from rag.parse.xml import attribute_of, tag_of

_SMALLEST = 3  # half points; 1.5 points, as in PDFs
_WHITE = frozenset({"FFFFFF", "FEFEFE", "FDFDFD"})
_NO_FILL = frozenset({"auto", "none", *_WHITE})
_OFF = frozenset({"0", "false", "off"})


class RunSight:
    """Tells runs that are not shown; ``words`` collects what they say.

    White words count as seen wherever something may be dark behind them: shading, a highlight, a
    table with a style of its own, a text box, a coloured page.
    """

    def __init__(self, document: Any) -> None:
        """``document`` is python-docx's."""
        self.words: list[str] = []
        self._hiding: set[str] = set()
        self._shading: set[str] = set()
        for style in document.styles.element.iterchildren():
            name = attribute_of(style, "styleId") or ""
            inner = [_properties(style, kind) for kind in ("rPr", "pPr")]
            if any(_is_on(found.get("vanish")) for found in inner):
                self._hiding.add(name)
            if any(_is_filled(found) for found in inner):
                self._shading.add(name)
        self._has_ground = any(tag_of(c) == "background" for c in document.element.iterchildren())

    def hides(self, run: Any) -> bool:
        """Says whether nobody sees a run (``w:r``)."""
        own = _properties(run, "rPr")
        if "vanish" in own:
            return _is_on(own["vanish"])
        if self._hiding and self._hiding & set(_styles_around(run, own)):
            return True
        size = _value(own, "sz")
        if size.isdigit() and int(size) <= _SMALLEST:
            return True
        return _value(own, "color").upper() in _WHITE and not self._is_on_dark(run, own)

    def _is_on_dark(self, run: Any, own: dict[str, Any]) -> bool:
        if self._has_ground or self._shading & set(_styles_around(run, own)) or _is_filled(own):
            return True
        for around in run.iterancestors():
            tag = tag_of(around)
            if tag == "txbxContent" or (
                tag == "tbl" and "tblStyle" in _properties(around, "tblPr")
            ):
                return True
            if tag in {"p", "tc", "tbl"} and _is_filled(_properties(around, f"{tag}Pr")):
                return True
        return False


def _properties(element: Any, kind: str) -> dict[str, Any]:
    found = next((child for child in element.iterchildren() if tag_of(child) == kind), None)
    return {} if found is None else {tag_of(child): child for child in found.iterchildren()}


def _value(properties: dict[str, Any], tag: str) -> str:
    return (attribute_of(properties[tag], "val") or "") if tag in properties else ""


def _is_on(switch: Any) -> bool:
    return switch is not None and attribute_of(switch, "val") not in _OFF


def _is_filled(properties: dict[str, Any]) -> bool:
    if _value(properties, "highlight") not in {"", "none", "white"}:
        return True
    return (
        "shd" in properties and (attribute_of(properties["shd"], "fill") or "auto") not in _NO_FILL
    )


def _styles_around(run: Any, own: dict[str, Any]) -> list[str]:
    """Gives the ids of the styles of a run and of its paragraph."""
    paragraph = next((p for p in run.iterancestors() if tag_of(p) == "p"), None)
    of_paragraph = {} if paragraph is None else _properties(paragraph, "pPr")
    return [_value(own, "rStyle"), _value(of_paragraph, "pStyle")]
