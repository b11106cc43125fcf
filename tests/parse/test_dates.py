"""Dates as documents write them."""

import pytest

from rag.parse.dates import find_date, read_date


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2022-01-20", "2022-01-20"),
        ("2022-01-20T10:30:00+03:00", "2022-01-20"),
        ("Thu, 20 Jan 2022 10:30:00 GMT", "2022-01-20"),
        ("20th of January 2022", "2022-01-20"),
        ("January 20, 2022", "2022-01-20"),
        ("20. Januar 2022", "2022-01-20"),
        ("20 января 2022 года", "2022-01-20"),
        ("20 de enero de 2022", "2022-01-20"),
        ("20.01.2022", "2022-01-20"),
        ("20/01/2022", "2022-01-20"),
        ("01/20/2022", "2022-01-20"),
        ("03/04/2022", None),
        ("03/03/2022", "2022-03-03"),
        ("D:20220120103000+03'00'", "2022-01-20"),
        ("20220120", "2022-01-20"),
        ("January 2022", "2022-01"),
        ("2022-01", "2022-01"),
        ("2022", "2022"),
        ("30 February 2022", "2022-02"),
        ("2022-13-45", "2022"),
        ("", None),
        ("soon", None),
    ],
)
def test_read_date(written: str, iso: str | None) -> None:
    assert read_date(written) == iso


def test_find_date_takes_the_first_whole_date() -> None:
    assert find_date("In 2021, and on May 3, 2022 or 2022-06-15, it rained.") == "2022-05-03"


def test_the_word_may_is_no_date() -> None:
    assert find_date("It may 2 or 3 times.") is None
