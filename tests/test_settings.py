"""Settings from environment variables."""

from __future__ import annotations

import pytest

from rag.errors import SettingError
from rag.settings import NAMED_THRESHOLDS, Settings, read_settings


@pytest.mark.parametrize(("name", "threshold"), NAMED_THRESHOLDS.items())
def test_a_threshold_may_be_named(name: str, threshold: float) -> None:
    assert read_settings({"RAG_THRESHOLD": name.upper()}).threshold == threshold


def test_a_threshold_may_be_a_number_and_is_balanced_by_default() -> None:
    assert read_settings({"RAG_THRESHOLD": "0.4"}).threshold == 0.4
    assert read_settings({}).threshold == Settings().threshold == NAMED_THRESHOLDS["balanced"]


def test_the_more_cautious_the_higher() -> None:
    assert list(NAMED_THRESHOLDS) == ["cautious", "balanced", "eager"]
    assert sorted(NAMED_THRESHOLDS.values(), reverse=True) == list(NAMED_THRESHOLDS.values())


def test_the_price_of_a_model() -> None:
    assert read_settings({"RAG_MODEL_PRICE": "0.25/2"}).model_price == (0.25, 2.0)
    assert read_settings({}).model_price is None
    for wrong in ("0.25", "-1/2", "a/b", "nan/1", "1/inf"):
        with pytest.raises(SettingError, match="two prices"):
            read_settings({"RAG_MODEL_PRICE": wrong})


def test_words_that_are_not_known_are_refused() -> None:
    assert read_settings({"RAG_UNSUPPORTED": " Hide "}).unsupported == "hide"
    with pytest.raises(SettingError, match="RAG_UNSUPPORTED is 'burn'; choose strike or hide"):
        read_settings({"RAG_UNSUPPORTED": "burn"})
    with pytest.raises(SettingError, match="RAG_MODEL_CHOICE"):
        read_settings({"RAG_MODEL_CHOICE": "perhaps"})


@pytest.mark.parametrize("wrong", ["bold", "", "1.5", "nan"])
def test_another_threshold_is_refused_in_one_sentence(wrong: str) -> None:
    with pytest.raises(SettingError, match="RAG_THRESHOLD"):
        read_settings({"RAG_THRESHOLD": wrong})


@pytest.mark.parametrize(
    ("text", "offline"), [("1", True), ("on", True), ("0", False), ("", False)]
)
def test_offline_is_a_switch(text: str, offline: bool) -> None:
    assert read_settings({"RAG_OFFLINE": text}).offline is offline
    assert read_settings({}).offline is False
    with pytest.raises(SettingError, match="RAG_OFFLINE is 'perhaps', which is not 1 or 0"):
        read_settings({"RAG_OFFLINE": "perhaps"})


def test_what_is_not_a_number_is_told() -> None:
    with pytest.raises(SettingError, match="RAG_PARSE_SECONDS is 'soon'"):
        read_settings({"RAG_PARSE_SECONDS": "soon"})
