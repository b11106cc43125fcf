from __future__ import annotations

import pytest

from rag.compare.claims import Claim
from rag.compare.relate import relate

BANKS = "Thirteen banks take part in the pilot of the digital ruble."


def disagree(one: str, other: str, about: tuple[str, str] = ("", "")) -> bool:
    found = relate(Claim(one, about[0], "2023-01-01"), Claim(other, about[1], "2024-01-01"))
    return found is not None and not found.agrees


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BANKS, "Fifteen banks take part in the pilot of the digital ruble."),
        ("Russoft was founded in 1999.", "Russoft was founded in 1996."),
        ("Interest on stablecoins is forbidden.", "Interest on stablecoins is allowed."),
        ("Mining is not subject to value added tax.", "Mining is subject to value added tax."),
        ("Its use of power fell by more than 99 percent.", "Its use of power fell by 85 percent."),
        (
            "The assembly passed the bill with 62 of its 84 votes.",
            "The assembly passed the bill with 65 of its 84 votes.",
        ),
    ],
)
def test_what_does_not_go_together(one: str, other: str) -> None:
    assert disagree(one, other)
    assert disagree(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The same, rounded or within bounds.
        (BANKS, "13 banks take part in the pilot of the digital ruble."),
        (
            "The share of Russia is 37.8 percent of all.",
            "The share of Russia is 38 percent of all.",
        ),
        ("At most 30 banks take part in the pilot.", BANKS),
        ("About 16 banks take part in the pilot.", "15 banks take part in the pilot."),
        # Another period, another subject, a plan, a part.
        (
            "In 2021 ten banks took part in the pilot.",
            "In 2023 twelve banks took part in the pilot.",
        ),
        ("Kosovo banned mining on 4 January 2022.", "Sweden banned mining on 1 March 2023."),
        ("The pilot of the ruble was planned for 2021.", "The pilot of the ruble began in 2023."),
        ("Three more banks take part in the pilot.", BANKS),
        ("In Kosovo alone mining uses 3 percent of power.", "Mining uses 9 percent of power."),
        (
            "Mining in Kosovo alone uses 3 percent of power.",
            "Mining in Kosovo uses 9 percent of power.",
        ),
        ("Her second term began in June 2017.", "Her third term began in June 2022."),
        (
            "Nabiullina began her second term in June 2017.",
            "Nabiullina began her third term in June 2022.",
        ),
        # A thing that is brought in, of which there may be others.
        (
            "A law on coins came into force on 7 May 2021.",
            "The law on coins came into force on 9 May 2021.",
        ),
        # Another unit, another rate, another order of magnitude.
        ("The theft cost 58 billion yen.", "The theft cost 530 million dollars."),
        ("The theft cost 58 billion yen.", "The theft cost 53 billion dollars."),
        ("The pilot has 12 banks.", "The pilot has 900 banks."),
        ("Homes may use 600 units a month.", "Homes may use 900 units a year."),
        # A question and a title state nothing.
        ("Is interest on stablecoins forbidden?", "Interest on stablecoins is allowed."),
    ],
)
def test_what_goes_together(one: str, other: str) -> None:
    assert not disagree(one, other)
    assert not disagree(other, one)


def test_the_title_tells_the_subject() -> None:
    one, other = (
        "The law came into force on 7 May 2021.",
        "The Coin Law came into force on 9 May 2021.",
    )
    assert disagree(one, other, ("The Coin Law", ""))
    assert not disagree(one, other, ("The Tax Act", ""))


def test_a_law_is_known_by_its_number_with_and_without_a_sign() -> None:
    one = "Law No. 223-FZ bans mining in ten regions."
    assert disagree(one, "The law 223-FZ bans mining in twelve regions.")
    assert not disagree(one, "The law 221-FZ bans mining in twelve regions.")


def test_the_same_figure_agrees() -> None:
    found = relate(Claim(BANKS), Claim("13 banks take part in the pilot of the digital ruble."))
    assert found is not None and found.agrees
    assert found.said == ("Thirteen banks", "13 banks")


def test_what_happened_after_it_was_denied_is_newer() -> None:
    denied = Claim("No list of regions has been approved.", published="2024-11-15")
    done = Claim("In December 2024 a list of regions was approved.", published="2025-01-20")
    found = relate(denied, done)
    assert found is not None and not found.agrees and found.is_lasting
