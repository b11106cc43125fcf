from __future__ import annotations

import pytest

from rag.compare.measures import find_dates, find_figures


@pytest.mark.parametrize(
    ("text", "value", "unit", "bound"),
    [
        ("They use 16 billion kilowatt-hours a year.", 16e9, "kilowatt", "exactly"),
        ("At least 95 percent of coins are held offline.", 95, "%", "at least"),
        ("It may be topped up by up to 300,000 rubles.", 300_000, "rubl", "at most"),
        ("The share rose from 1.4 to 18.1 percent.", 18.1, "%", "exactly"),
        ("The share rose from 14 percent to 18 percent.", 18, "%", "exactly"),
        ("It passed with 62 of its 84 votes.", 62, "vote of 84", "exactly"),
        ("The government set the limit at 6,000 kilowatt-hours.", 6000, "kilowatt", "at most"),
    ],
)
def test_a_figure_has_a_value_a_unit_and_a_bound(
    text: str, value: float, unit: str, bound: str
) -> None:
    figure = find_figures(text)[0]
    assert (figure.value, figure.unit[0], figure.bound) == (value, unit, bound)


def test_numbers_of_laws_and_dates_are_no_figures() -> None:
    assert find_figures("Article 7 of Law No. 223-FZ of 8 August 2024 and 2023/1114 says so.") == []
    assert find_figures("Class 2 miners pay under Article 7 of Law No. 223-FZ.") == []


def test_a_range_of_figures() -> None:
    (figure,) = find_figures("It uses between 0.9 and 1.7 percent of the electricity.")
    assert (figure.low, figure.high) == (0.9, 1.7)


def test_three_more_are_a_part() -> None:
    assert find_figures("Three more banks joined.")[0].is_part
    assert not find_figures("Three banks joined.")[0].is_part


@pytest.mark.parametrize(
    ("text", "iso", "role"),
    [
        ("It began on 15 August 2023.", "2023-08-15", "point"),
        ("It has been lawful since 1 November 2024.", "2024-11-01", "start"),
        ("It is forbidden until 15 March 2031.", "2031-03-15", "end"),
        ("In June the hashrate fell.", "-06", "point"),
        ("It has used the dollar since 2001.", "2001", "start"),
        ("The law of August 2024 says nothing.", "2024-08", "name"),
    ],
)
def test_a_date_has_a_role(text: str, iso: str, role: str) -> None:
    (date,) = find_dates(text)
    assert (date.iso, date.role) == (iso, role)


def test_a_month_fits_its_days() -> None:
    (day,), (month,) = find_dates("on 15 August 2023"), find_dates("in August 2023")
    (other,) = find_dates("in September 2023")
    assert day.fits(month) and month.fits(day) and not day.fits(other)
