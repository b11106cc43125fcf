"""JSON and notebooks: data as its file writes it, notebooks cell by cell."""

from __future__ import annotations

import json
from typing import Any

from rag.errors import UnreadableDocument
from rag.parse.build import TextBuilder, first_heading
from rag.parse.clean import clean_code
from rag.parse.lines import blocks_of_lines
from rag.parse.plain import decode_text, encoding_warnings
from rag.records import ParsedDocument

_LONGEST_LINE = 2_000  # characters; a longer one was written for programs alone


def parse_json(data: bytes, name: str) -> ParsedDocument:
    """Reads JSON as its file writes it, or laid out in lines where nobody could read that."""
    decoded = decode_text(data, name)
    text = decoded.text
    warnings = encoding_warnings(decoded, name)
    try:
        value = _load(text, name)
    except ValueError:
        warnings = (*warnings, f'"{name}" breaks the rules of JSON, so it was read as plain text.')
    else:
        if "\\u" in text or max(map(len, text.split("\n"))) > _LONGEST_LINE:
            text = _without_halves(json.dumps(value, ensure_ascii=False, indent=2))
    blocks = blocks_of_lines(text, style="plain")
    return ParsedDocument(text, "application/json", tuple(blocks), warnings=warnings)


def parse_notebook(data: bytes, name: str) -> ParsedDocument:
    """Reads a Jupyter notebook: its Markdown, its code, and what the code wrote."""
    decoded = decode_text(data, name)
    try:
        notebook = _load(decoded.text, name)
        cells = notebook["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableDocument(
            f'"{name}" is a damaged notebook; open it in Jupyter, save it again and add that.'
        ) from error
    builder = TextBuilder()
    for cell in cells if isinstance(cells, list) else []:
        if isinstance(cell, dict):
            _add_cell(builder, cell)
    text = builder.text()
    return ParsedDocument(
        text,
        "application/x-ipynb+json",
        tuple(builder.blocks),
        title=first_heading(text, builder.blocks),
    )


def _load(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise UnreadableDocument(
            f'"{name}" is nested deeper than any data that people read; add a simpler form of it.'
        ) from error


def _without_halves(text: str) -> str:
    """Replaces halves of surrogate pairs, which JSON can write but which are no characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _add_cell(builder: TextBuilder, cell: dict[str, Any]) -> None:
    source = _joined(cell.get("source"))
    if cell.get("cell_type") == "markdown":
        builder.add_text(source, blocks_of_lines(source, style="markdown"))
        return
    builder.add("code", clean_code(source).strip())
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            builder.add("code", clean_code(_written(output)).strip())


def _written(output: dict[str, Any]) -> str:
    data = output.get("data")
    if isinstance(data, dict):
        return _joined(data.get("text/plain"))
    return _joined(output.get("text"))


def _joined(value: Any) -> str:
    """Gives text that notebooks keep as one string or as a list of lines."""
    parts = value if isinstance(value, list) else [value]
    joined = "".join(part for part in parts if isinstance(part, str))
    return _without_halves(joined.replace("\r\n", "\n").replace("\r", "\n"))
