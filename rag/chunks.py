"""A document's text → chunks that follow its headings, paragraphs and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.records import Block, Chunk
from rag.sentences import split_sentences

LONGEST_HEADING = 200  # characters of a heading that a chunk's path keeps
_CRUMB_SHARE = 5  # less than a fifth of a chunk says too little to be found alone
_ALLOWANCE_SHARE = 4  # a heading or a crumb may make a chunk a quarter longer

_HASHES = re.compile(r"^#{1,6}\s+|\s+#+\s*$")
_UNDERLINE = re.compile(r"\n[ \t]*(?:=+|-+|~+)[ \t]*$")
_WHITE_SPACE = re.compile(r"\s+")
_MARKUP = re.compile(r"\*\*|__|`")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is not cut any further: ``path`` names the headings over it, its own included."""

    start: int
    end: int
    path: Path
    is_heading: bool = False


def cut_chunks(text: str, blocks: Sequence[Block], longest: int) -> list[Chunk]:
    """Cuts a text into chunks along its blocks.

    Args:
        text: the document's text.
        blocks: in order and not overlapping; text outside them is taken as paragraphs.
        longest: characters that a chunk holds.

    Returns:
        Chunks that partition the text: the first starts at 0, each ends where the next starts, the
        last ends at ``len(text)``; none for an empty text. White space aside that stands before
        and after it, a chunk has at most ``longest + longest // 4`` characters; more than
        ``longest`` only where headings stand before a block that could not be cut for them, or
        where a crumb had nowhere else to go. ``headings`` names the headings that stand over all
        of the chunk's words.
    """
    if not text:
        return []
    groups = _pack(_pieces(text, blocks, longest), longest)
    starts = [0, *(group[0].start for group in groups[1:]), len(text)]
    paths = [_common_path(group) for group in groups] or [()]
    if len(groups) == 0:
        starts = [0, len(text)]
    return [Chunk(starts[i], starts[i + 1], paths[i]) for i in range(len(paths))]


# From blocks to pieces.


def _pieces(text: str, blocks: Sequence[Block], longest: int) -> Iterator[_Piece]:
    open_headings: list[tuple[int, str]] = []
    path: Path = ()
    for block in _without_gaps(text, blocks):
        if block.kind == "heading":
            while open_headings and open_headings[-1][0] >= block.level:
                open_headings.pop()
            open_headings.append((block.level, read_heading(text[block.start : block.end])))
            path = tuple(heading for _, heading in open_headings)
        if block.end - block.start <= longest:
            yield _Piece(block.start, block.end, path, block.kind == "heading")
        else:
            for start, end in _cut_block(text, block, longest):
                yield _Piece(start, end, path)


def _without_gaps(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Adds a paragraph wherever the blocks leave out more than white space."""
    reached = 0
    for block in [*blocks, Block(len(text), len(text), "paragraph")]:
        gap = text[reached : block.start]
        if words := gap.strip():
            start = reached + len(gap) - len(gap.lstrip())
            yield Block(start, start + len(words), "paragraph")
        if block.end > block.start:
            yield block
        reached = block.end


def read_heading(heading: str) -> str:
    """Gives a heading's words on one line, without the marks of Markdown and the like."""
    words = _HASHES.sub("", _UNDERLINE.sub("", heading.strip()))
    return _WHITE_SPACE.sub(" ", _MARKUP.sub("", words)).strip()[:LONGEST_HEADING]


def _cut_block(text: str, block: Block, longest: int) -> Iterator[tuple[int, int]]:
    words = text[block.start : block.end]
    parts = _line_ranges(words) if block.kind == "code" else split_sentences(words)
    for start, end in parts:
        yield from _cut_at_spaces(text, block.start + start, block.start + end, longest)


def _line_ranges(words: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in words.splitlines(keepends=True):
        if line.strip():
            yield start, start + len(line.rstrip())
        start += len(line)


def _cut_at_spaces(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    while end - start > longest:
        window = text[start : start + longest + 1]
        head = window[:longest] if not window[-1].isspace() else window
        cut = max(head.rfind(" "), head.rfind("\n"), head.rfind("\t"))
        if cut <= 0:
            cut = longest
        yield start, start + len(text[start : start + cut].rstrip())
        rest = text[start + cut : start + cut + longest]
        start += cut + len(rest) - len(rest.lstrip())
    if end > start:
        yield start, end


# From pieces to chunks.


def _pack(pieces: Iterator[_Piece], longest: int) -> list[list[_Piece]]:
    groups: list[list[_Piece]] = []
    group: list[_Piece] = []
    for piece in pieces:
        if piece.is_heading and _is_worth_closing(group, longest):
            _close(groups, group, longest)
            group = []
        elif group and piece.end - group[0].start > longest:
            group = _overflow(groups, group, piece, longest)
        group.append(piece)
    if group:
        _close(groups, group, longest)
    return groups


def _is_worth_closing(group: list[_Piece], longest: int) -> bool:
    if not group or group[-1].is_heading:
        return False
    return group[-1].end - group[0].start >= longest // _CRUMB_SHARE


def _overflow(
    groups: list[list[_Piece]], group: list[_Piece], piece: _Piece, longest: int
) -> list[_Piece]:
    """Closes the group before ``piece``; gives what goes with ``piece`` into the next chunk."""
    carried = len(group)
    while carried and group[carried - 1].is_heading:
        carried -= 1
    headings = group[carried:]
    if headings and piece.end - headings[0].start > longest + longest // _ALLOWANCE_SHARE:
        carried, headings = len(group), []
    if carried:
        _close(groups, group[:carried], longest)
    return headings


def _close(groups: list[list[_Piece]], group: list[_Piece], longest: int) -> None:
    """Adds a group; a crumb shares what stands before it in the same section."""
    is_crumb = group[-1].end - group[0].start < longest // _CRUMB_SHARE
    if not (is_crumb and groups and _continues(groups[-1], group)):
        groups.append(group)
        return
    both = groups[-1] + group
    if both[-1].end - both[0].start <= longest + longest // _ALLOWANCE_SHARE:
        groups[-1] = both
        return
    cut = _best_cut(both, longest)
    groups[-1:] = [both[:cut], both[cut:]]


def _continues(before: list[_Piece], group: list[_Piece]) -> bool:
    return not group[0].is_heading and before[-1].path == group[0].path


def _best_cut(pieces: list[_Piece], longest: int) -> int:
    """Gives the index at which two chunks of the pieces come out most alike in length."""

    def unevenness(cut: int) -> tuple[bool, int]:
        first = pieces[cut - 1].end - pieces[0].start
        second = pieces[-1].end - pieces[cut].start
        leaves_heading = pieces[cut - 1].is_heading
        return (leaves_heading or max(first, second) > longest, abs(first - second))

    return min(range(1, len(pieces)), key=unevenness)


def _common_path(group: list[_Piece]) -> Path:
    paths = [piece.path for piece in group if not piece.is_heading] or [group[-1].path]
    shortest = min(paths, key=len)
    for depth, heading in enumerate(shortest):
        if any(path[depth] != heading for path in paths):
            return shortest[:depth]
    return shortest
