"""A text → what it states, sentence by sentence, each with what it has to be read with.

A row of a table says little without the heads of its columns, an item of a list without the line
that leads in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from rag.quote import is_statement
from rag.sentences import split_sentences

CELL_BREAK = re.compile(r"\t|\s\|\s")
RULER = re.compile(r"[|\s:-]*-[|\s:-]*")
LEAD_IN = re.compile(r":[*_]*$")
ITEM = re.compile(r"(?:[-*+•▪‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
LONGEST_HEAD = 6  # words of a cell
FEWEST_HEADS = (
    3  # in a row that nothing marks: of two cells, in rows alike, the left may be the head
)
DIGIT = re.compile(r"\d")

Kind = Literal["sentence", "item", "row"]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that states something; places count in the text.

    Attributes:
        read_with: the sentence that it has to be read with, where there is one: the heads
            for a row of a table, the line that leads in for an item of a list.
    """

    start: int
    end: int
    kind: Kind
    read_with: Range | None = None


def find_statements(text: str) -> list[Statement]:
    """Gives the statements of a text in order: no headings, questions or heads of tables."""
    found: list[Statement] = []
    sentences = split_sentences(text)
    heads: Range | None = None
    lead_in: Range | None = None
    in_table = False
    for (start, end), (first, last) in zip_longest(sentences, sentences[1:], fillvalue=(0, 0)):
        sentence = text[start:end]
        is_row = len(split_cells(sentence)) > 1
        kind: Kind = "row" if is_row else "item" if ITEM.match(sentence) else "sentence"
        if is_row and not in_table and _is_head(sentence, text[first:last]):
            heads = start, end
        elif RULER.fullmatch(sentence):
            pass
        elif is_statement(sentence) or (kind == "item" and lead_in):
            read_with = {"row": heads, "item": lead_in, "sentence": None}[kind]
            found.append(Statement(start, end, kind, read_with))
            if kind == "sentence":
                heads, lead_in = None, (start, end) if LEAD_IN.search(sentence) else None
        in_table = is_row
    return found


def split_cells(row: str) -> list[str]:
    """Gives the cells of a table's row; a sentence is a row of one cell."""
    return [cell.strip() for cell in CELL_BREAK.split(row.strip().strip("|").strip())]


def _is_head(row: str, after: str) -> bool:
    if RULER.fullmatch(after):
        return True
    cells = split_cells(row)
    is_alike = len(cells) < FEWEST_HEADS and not DIGIT.match(after)
    return not is_alike and all(
        len(cell.split()) <= LONGEST_HEAD and not DIGIT.search(cell) for cell in cells
    )
