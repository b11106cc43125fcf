"""Two texts → how much of their wording they share."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import likeness
from rag.likeness import band_keys, estimate_share, make_fingerprint

WORDS = [f"word{i}" for i in range(2_000)]


def make_text(count: int, seed: int = 0) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def change(text: str, share: float) -> str:
    generator = random.Random(1)
    return " ".join(
        f"other{generator.random()}" if generator.random() < share else word
        for word in text.split()
    )


def compare(one: str, other: str) -> float:
    return estimate_share(make_fingerprint(one), make_fingerprint(other))


def exact_share(one: str, other: str) -> float:
    def shingles(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}

    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


@pytest.mark.parametrize("length", [100, 2_000, 60_000])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.05, 0.2, 0.5])
def test_the_estimate_is_near_the_share(length: int, share: float) -> None:
    text = make_text(length)
    changed = change(text, share)
    # Three and a half times the standard error of 128 minima, at the worst share of a half.
    assert compare(text, changed) == pytest.approx(exact_share(text, changed), abs=0.155)


def test_the_same_words_in_another_dress_are_the_same_text() -> None:
    text = "The ﬁrst “bank” – and its Head – WANTS a ban.\n" * 3
    other = "the first bank, and its head, wants a ban\u00a0\u2028" * 3
    assert make_fingerprint(text).words == make_fingerprint(other).words
    assert compare(text, other) == 1.0


def test_short_texts_are_compared_as_a_whole() -> None:
    assert compare("Red fish swim.", "red fish swim") == 1.0
    assert compare("Red fish swim here.", "Red fish swim there.") == 0.0
    assert make_fingerprint("Red fish swim.").minima == b""


def test_no_words_are_like_nothing() -> None:
    assert compare("— … !", "— … !") == compare("", "") == 0.0


def test_a_script_without_spaces_has_words_too() -> None:
    text = "中央银行希望禁止加密货币但是部长不希望这样做他们仍在讨论这个问题"
    assert compare(text, text[:-1] + "事") > 0.8
    assert compare(text, "東京都の予算は来年度に大幅な増加が見込まれている模様です") == 0.0


@given(st.text(), st.text())
def test_any_text_has_a_fingerprint_and_likeness_is_mutual(one: str, other: str) -> None:
    assert compare(one, other) == compare(other, one)
    assert compare(one, one) == (1.0 if make_fingerprint(one).words else 0.0)


@given(st.lists(st.sampled_from(["one", "two", "three", "four"]), max_size=60), st.integers(9, 99))
def test_how_a_text_is_looked_at_in_parts_does_not_matter(words: list[str], part: int) -> None:
    text = " ".join(words)
    whole = make_fingerprint(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likeness, "_SEGMENT", part)
        assert make_fingerprint(text) == whole


def test_alike_texts_have_a_band_in_common_and_others_none() -> None:
    text = make_text(500)
    keys = set(band_keys(make_fingerprint(text).minima))
    assert len(keys) == 20
    assert keys & set(band_keys(make_fingerprint(change(text, 0.05)).minima))
    assert not keys & set(band_keys(make_fingerprint(make_text(500, seed=7)).minima))


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    fingerprint = make_fingerprint(make_text(100))
    assert fingerprint.words.hex() == "f961c6d022f2edde19c5da104e13738b"
    assert fingerprint.minima[:8].hex() == "7a3f900715c5fe01"


def test_a_text_of_one_endless_word_and_a_very_long_one_take_little_time() -> None:
    started = time.monotonic()
    make_fingerprint("x" * 5_000_000)
    make_fingerprint("some words " * 500_000)
    assert time.monotonic() - started < 20
