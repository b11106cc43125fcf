"""Words of a text are found on the page, exactly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.pages import Box, BoxFinder, PageLayout, PageProcess
from rag.pages.layout import put_together, take_apart
from rag.parse import parse_bytes
from rag.records import ParsedDocument
from tests.parse.files import draw_pdf, make_pdf, write_lines


@pytest.fixture(scope="module")
def process() -> Iterator[PageProcess]:
    process = PageProcess()
    yield process
    process.close()


def page_of(*lines: str) -> PageLayout:
    """A page of lines, each letter a tenth of the page wide, a line a tenth high."""
    cells, places = [], []
    for row, line in enumerate(lines):
        letters = "".join(line.split())
        cells.append((letters, True))
        for column in range(len(letters)):
            at = (column, row, column + 1, row + 1)
            places += [6_553 * n for n in at]
    return put_together(*take_apart(1, (100, 100), cells, places))


def find_boxes(text: str, start: int, end: int, page: PageLayout) -> list[Box] | None:
    return BoxFinder(text, page).find(start, end)


def boxes(text: str, words: str, page: PageLayout) -> list[tuple[int, ...]] | None:
    start = text.index(words)
    found = find_boxes(text, start, start + len(words), page)
    return found and [tuple(round(10 * n) for n in box) for box in found]


def test_a_box_for_each_line() -> None:
    page = page_of("one two", "three four")
    assert boxes("one two three four", "two three", page) == [(3, 0, 6, 1), (0, 1, 5, 2)]


def test_white_space_does_not_matter_and_case_does() -> None:
    page = page_of("a b", "c")
    assert boxes("a\n\nb  c", "a\n\nb  c", page) == [(0, 0, 2, 1), (0, 1, 1, 2)]
    assert find_boxes("A b", 0, 3, page) is None


@pytest.mark.parametrize(
    ("lines", "text", "is_found"),
    [
        (("min-", "ing"), "mining", True),  # joined by the parser
        (("dual-", "mode"), "dual-mode", True),  # kept by it
        (("co-op",), "co-op", True),
        (("co-op",), "coop", False),  # no line ends there
        (("coop",), "co-op", False),
        (("re-", "sort"), "resort", True),
    ],
)
def test_a_hyphen_counts_unless_it_divides_a_word(
    lines: tuple[str, ...], text: str, is_found: bool
) -> None:
    assert (find_boxes(text, 0, len(text), page_of(*lines)) is not None) is is_found


def test_the_same_words_are_told_apart_by_those_around_them() -> None:
    page = page_of("yes no", "no yes")
    text = "yes no no yes"
    assert boxes(text, "yes", page) == [(0, 0, 3, 1)]
    start = text.rindex("yes")
    assert find_boxes(text, start, start + 3, page) == [page.box(7, 9)]


def test_what_cannot_be_told_apart_is_not_guessed() -> None:
    page = page_of("ab ab")
    assert find_boxes("ab ab x", 0, 2, page) is None  # "x" stands nowhere on the page


def test_paragraphs_may_stand_apart() -> None:
    page = page_of("first", "aside", "other")
    assert boxes("first\n\nother", "first\n\nother", page) == [(0, 0, 5, 1), (0, 2, 5, 3)]
    assert find_boxes("first other", 0, 11, page) is None


def test_words_that_are_not_there_are_not_found() -> None:
    assert find_boxes("gone", 0, 4, page_of("here")) is None
    assert find_boxes("gone", 0, 4, page_of()) is None
    assert find_boxes(" - ", 0, 3, page_of("here")) == []


# On real pages.


def read(process: PageProcess, tmp_path: Path, data: bytes) -> tuple[ParsedDocument, PageLayout]:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    return parse_bytes(data, "a.pdf"), process.read(path, 1)


def placed(document: ParsedDocument, page: PageLayout, words: str) -> list[tuple[float, ...]]:
    """Gives the boxes of words on the first page, in points from its lower left corner."""
    of = document.pages[0]
    text = document.text[of.start : of.end]
    start = text.index(words)
    found = find_boxes(text, start, start + len(words), page)
    assert found is not None
    wide, high = page.width, page.height
    return [(a * wide, (1 - d) * high, c * wide, (1 - b) * high) for a, b, c, d in found]


LINES = ["The central bank proposed a ban of mining in a re-", "port of January; others disagreed."]


def test_the_box_is_where_the_words_are(process: PageProcess, tmp_path: Path) -> None:
    document, page = read(process, tmp_path, make_pdf([[*LINES, "", "A report."]]))
    first, second = placed(document, page, "mining in a report of January")
    assert first[1] < 760 < first[3]
    assert second[1] < 746 < second[3]
    assert second[0] == pytest.approx(72, abs=1)
    assert first[0] > 200


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_and_cropped_page(process: PageProcess, tmp_path: Path, turn: int) -> None:
    def draw(canvas: Any) -> None:
        canvas.setPageSize((900, 900))
        canvas.setPageRotation(turn)
        canvas.setCropBox((50, 40, 550, 800))
        write_lines(canvas, ["Some words stand here."])

    document, page = read(process, tmp_path, draw_pdf(draw))
    assert (page.width, page.height) == ((760, 500) if turn % 180 else (500, 760))
    ((left, bottom, right, top),) = placed(document, page, "Some words stand here.")
    # The words begin 22 points from the left edge of the page that is seen, and 40 below its top.
    begin, below = {
        90: (page.height - top, page.width - right),
        180: (page.width - right, bottom),
        270: (bottom, left),
    }[turn]
    assert begin == pytest.approx(22, abs=2)
    assert below == pytest.approx(30, abs=4)


def test_two_columns(process: PageProcess, tmp_path: Path) -> None:
    left = [f"The left column goes on, line {n}," for n in range(8)]
    right = [f"while the right one says {n} things," for n in range(8)]

    def draw(canvas: Callable[..., None]) -> None:
        for row, pair in enumerate(zip(left, right, strict=True)):
            for words, at in zip(pair, (60, 320), strict=True):
                write_lines(canvas, [words], left=at, top=700 - 14 * row)  # type: ignore[arg-type]

    document, page = read(process, tmp_path, draw_pdf(draw))
    found = placed(document, page, f"{left[3]} {left[4]}")
    assert [round(box[0]) for box in found] == [60, 60]


def test_every_sentence_of_the_sample_is_found(process: PageProcess) -> None:
    corpus = Path(__file__).parents[2] / "corpus"
    for path in sorted(corpus.glob("*.pdf"))[:2]:
        document = parse_bytes(path.read_bytes(), path.name)
        for page in document.pages:
            layout = process.read(path, page.number)
            text = document.text[page.start : page.end]
            for block in document.blocks:
                start, end = max(block.start, page.start), min(block.end, page.end)
                if start < end:
                    at = start - page.start, end - page.start
                    assert find_boxes(text, *at, layout), text[slice(*at)]
