"""Pages are drawn within limits, and remembered."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from rag.errors import PageUnavailable
from rag.pages import PageProcess, PdfPages, width_for
from rag.pages.layout import put_together
from tests.pages import files
from tests.parse.files import draw_pdf, make_pdf, write_lines

GOOD = make_pdf([["One page."], ["Another page."]])


@pytest.fixture(scope="module")
def process() -> Iterator[PageProcess]:
    process = PageProcess(20, files.PROGRAM)
    yield process
    process.close()


def write(folder: Path, name: str, data: bytes = GOOD) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_page_is_drawn_as_wide_as_is_asked(process: PageProcess, tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf")
    picture = Image.open(io.BytesIO(process.draw(path, 2, 800)))
    assert (picture.format, picture.size) == ("JPEG", (800, 1132))
    layout = process.read(path, 2)
    assert (layout.pages, layout.letters) == (2, "Anotherpage.")


@pytest.mark.parametrize("size", [(14_400, 3), (3, 14_400), (14_400, 14_400)])
def test_a_page_of_any_shape_stays_small(
    process: PageProcess, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = write(tmp_path, "a.pdf", draw_pdf(lambda c: (c.setPageSize(size), c.showPage())))
    picture = Image.open(io.BytesIO(process.draw(path, 1, 2_600)))
    assert picture.size[0] * picture.size[1] < 17_000_000


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("crash", "makes the program that draws it fail"),
        ("memory", "takes too much memory to draw"),
        ("fault", "cannot be drawn"),
        ("lie", "makes no sense"),
    ],
)
def test_a_page_that_fails_is_told_and_the_next_is_drawn(
    process: PageProcess, tmp_path: Path, name: str, reason: str
) -> None:
    write(tmp_path, "good.pdf")
    with pytest.raises(PageUnavailable, match=f"^Page 1 {reason}; its text is under Text.$"):
        process.read(write(tmp_path, f"{name}.pdf"), 1)
    assert process.read(tmp_path / "good.pdf", 1).pages == 2


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    hasty = PageProcess(20, files.PROGRAM)
    hasty.read(write(tmp_path, "good.pdf"), 1)  # it has started
    hasty._seconds = 1
    with pytest.raises(PageUnavailable, match="takes longer to draw than the 1 s that a page may"):
        hasty.draw(write(tmp_path, "loop.pdf"), 1, 800)
    assert hasty.read(tmp_path / "good.pdf", 1)
    hasty.close()


@pytest.mark.parametrize("number", [0, 3, 10**6])
def test_a_page_that_is_not_there(process: PageProcess, tmp_path: Path, number: int) -> None:
    with pytest.raises(PageUnavailable, match=f"no page {number} in this file"):
        process.draw(write(tmp_path, "a.pdf"), number, 800)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\nnothing", GOOD[:300]])
def test_a_damaged_file(process: PageProcess, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(PageUnavailable, match="damaged"):
        process.draw(write(tmp_path, "a.pdf", data), 1, 800)


# What is remembered.


def test_pages_are_remembered(process: PageProcess, tmp_path: Path) -> None:
    pages = PdfPages(process)
    path = write(tmp_path, "a.pdf")
    drawn = pages.picture("d", 1, 700, lambda: path)
    layout = pages.layout("d", 1, lambda: path)
    path.unlink()
    assert pages.picture("d", 1, 801 - 1, lambda: None) is drawn
    assert pages.layout("d", 1, lambda: None) is layout
    with pytest.raises(PageUnavailable, match="not at its place any more, or has changed"):
        pages.picture("d", 2, 700, lambda: None)
    path.write_bytes(GOOD)
    assert pages.picture("d", 2, 700, lambda: path)


def test_a_failure_is_remembered_too(process: PageProcess, tmp_path: Path) -> None:
    pages = PdfPages(process)
    path = write(tmp_path, "crash.pdf")
    for get in (lambda: path, lambda: pytest.fail("it was tried again")):
        with pytest.raises(PageUnavailable, match="fail"):
            pages.layout("d", 1, get)


def test_what_was_used_last_is_kept(
    process: PageProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a.pdf", make_pdf([[f"Page {n}."] for n in range(6)]))
    monkeypatch.setattr("rag.pages.pages.REMEMBERED_BYTES", 20_000)
    pages = PdfPages(process)
    first = pages.picture("d", 1, 480, lambda: path)
    assert len(first) < 10_000
    for number in range(2, 7):
        pages.picture("d", number, 480, lambda: path)
        assert pages.picture("d", 1, 480, lambda: None) is first
    with pytest.raises(PageUnavailable):
        pages.picture("d", 2, 480, lambda: None)


def test_there_are_few_widths() -> None:
    assert [width_for(n) for n in (0, 480, 481, 2_600, 10**9)] == [480, 480, 800, 2_600, 2_600]


def test_a_page_with_too_many_letters_is_drawn_without_them(
    process: PageProcess, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "a.pdf",
        draw_pdf(lambda canvas: write_lines(canvas, ["x" * 2_100] * 100, size=1)),
    )
    assert process.read(path, 1).letters == ""
    assert process.draw(path, 1, 480)


@pytest.mark.parametrize(
    "change",
    [
        {"letters": "abc"},
        {"letters": 7},
        {"cells": [[3, True]]},
        {"cells": [[-1, True], [3, True]]},
        {"cells": [["2", True]]},
        {"cells": 2},
        {"pages": "2"},
        {"width": "wide"},
        {"width": float("inf")},
        {"height": float("nan")},
        {"height": 0},
    ],
)
def test_what_makes_no_sense_is_not_believed(change: dict[str, object]) -> None:
    facts = {"pages": 1, "width": 10, "height": 10, "letters": "ab", "cells": [[2, True]]}
    assert put_together(facts, bytes(16)).letters == "ab"
    with pytest.raises((ValueError, TypeError, KeyError)):
        put_together(facts | change, bytes(16))
    with pytest.raises(ValueError):
        put_together(facts, bytes(15))
