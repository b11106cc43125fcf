"""Scanned pages: recognised where RapidOCR is installed, named where it is not."""

from typing import Any

import pytest

from rag.errors import UnreadableDocument
from rag.parse import ocr, parse_bytes
from rag.parse.ocr import Word, lines_of_words
from tests.parse.files import draw_pdf, write_lines
from tests.parse.test_formats import check_invariants


def scanned(pages: int) -> bytes:
    """Makes a PDF with a drawing on each page, and words on the first of several."""

    def draw(canvas: Any) -> None:
        for number in range(pages):
            if pages > 1 and number == 0:
                write_lines(canvas, ["Words on the first page."])
            canvas.rect(100, 100, 50, 50)
            canvas.showPage()

    return draw_pdf(draw)


class Recogniser:
    """Finds the same words in every picture, after so many pages none."""

    def __init__(self, words: list[Word], pages: int = 99) -> None:
        self.words, self.pages = words, pages

    def __call__(self, picture: Any) -> list[Word]:
        assert picture.shape == (2200, 1556, 3)  # A4, at most 2,200 pixels long
        self.pages -= 1
        return self.words if self.pages >= 0 else []


WORDS = [
    Word("The bank proposed a ban of all", 200, 200, 900, 240),
    Word("crypto-", 200, 254, 400, 300),
    Word("currencies.", 200, 308, 450, 350),
    Word("Who", 200, 500, 300, 540),
    Word("Wish", 700, 502, 800, 541),
    Word("Bank", 200, 560, 300, 600),
    Word("Ban", 700, 560, 800, 600),
]


def test_without_recognition_scanned_pages_are_refused_and_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    with pytest.raises(UnreadableDocument, match=r"scanned .* on page 1; add text recognition"):
        parse_bytes(scanned(1), "a.pdf")
    document = parse_bytes(scanned(3), "a.pdf")
    assert "no text on pages 2 to 3 (pictures)" in document.warnings[0]


def test_recognised_words_are_lines_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "recognise", Recogniser(WORDS, pages=1))
    document = parse_bytes(scanned(3), "a.pdf")
    check_invariants(document)
    second = document.pages[1]
    assert document.text[second.start : second.end].strip().split("\n\n") == [
        "The bank proposed a ban of all cryptocurrencies.",
        "Who\tWish\nBank\tBan",
    ]
    assert [warning.split(",")[0] for warning in document.warnings] == [
        '"a.pdf" has no text on page 3 (pictures)',
        '"a.pdf" is scanned on page 2',
    ]


def test_pages_for_which_no_time_is_left_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "SECONDS", -1)
    assert "recognise the text of pages 2 to 3" in parse_bytes(scanned(3), "a.pdf").warnings[0]


def test_pictures_without_words_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "recognise", Recogniser([]))
    with pytest.raises(UnreadableDocument, match="nothing was recognised in the pictures"):
        parse_bytes(scanned(1), "a.pdf")


def test_two_columns_of_a_scan_are_read_one_after_the_other() -> None:
    sides = [("left", 100), ("right", 900)]
    words = [
        Word(f"{side} words of line number {i}", left, 100 + 50 * i, left + 600, 140 + 50 * i)
        for i in range(8)
        for side, left in sides
    ]
    lines = lines_of_words(words, 2000, 2.0)
    assert [line.words.split()[0] for line in lines] == ["left"] * 8 + ["right"] * 8
