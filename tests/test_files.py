from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.files import LONGEST_NAME, safe_name

DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("harmless\u202efdp.exe", "harmlessfdp.exe"),
        ("a\x00b\x1b[31mc\x7f.txt", "ab[31mc.txt"),
        ("two\nlines\there.txt", "two lines here.txt"),
        ("zero\u200bwidth\ufeff.md", "zerowidth.md"),
        ("  .hidden.txt. ", "hidden.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("отчёт 2022.docx", "отчёт 2022.docx"),
        ("報告書.pdf", "報告書.pdf"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("folder/", "unnamed"),
        ("\u202e\x00", "unnamed"),
        ("x" * 400 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 400, "x" * 200),
        ("a." + "b" * 400, "a." + "b" * 198),
    ],
)
def test_a_name_is_reduced_to_what_can_be_seen(given: str, kept: str) -> None:
    assert safe_name(given) == kept


ODD = st.characters() | st.sampled_from([*DIRECTIONS, "/", "\\", ".", " ", "\n", "\x00", "\ud800"])


@given(st.text(ODD, max_size=40) | st.text(ODD, min_size=190, max_size=230))
@example("a" * 199 + ". b")
@example("/" * 300)
def test_whatever_the_name_it_cannot_mislead(name: str) -> None:
    kept = safe_name(name)
    assert 0 < len(kept) <= LONGEST_NAME
    assert kept.encode()
    assert kept.isprintable()
    assert kept == kept.strip(" .")
    assert not set(kept) & {"/", "\\", *DIRECTIONS}
    assert not any(unicodedata.category(c).startswith("C") for c in kept)
    assert unicodedata.is_normalized("NFC", kept)
    assert safe_name(kept) == kept


@given(st.text("abcdefghijklmnopqrstuvwxyzäöüéñçабв0123456789-_()[]+,", min_size=1, max_size=60))
def test_a_decent_name_stays(stem: str) -> None:
    name = unicodedata.normalize("NFC", f"{stem}.pdf")
    assert safe_name(name) == name
