"""The settings: one immutable value, made at the door from ``RAG_…`` variables and passed down."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from rag.errors import SettingError

LARGEST_FILE_BYTES = 50 * 1024 * 1024  # what the browser's uploader takes; the same everywhere
LONGEST_QUESTION = 2_000  # characters; the embedding model reads the first 256 word pieces

# What each costs is in docs/quality.md.
NAMED_THRESHOLDS: Mapping[str, float] = {"cautious": 0.35, "balanced": 0.26, "eager": 0.2}


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be chosen; each field is read from ``RAG_<FIELD>`` in capitals.

    Attributes:
        index: the folder that holds the library.
        embedding_model: a hub name or a local folder; empty for the installed all-MiniLM-L6-v2.
        reader: what reads the passages, as in ``reader.open_reader``; empty for the built-in one.
        chunk_characters: how long a chunk may become.
        parse_seconds: how long the reading of one file may take.
        retrieved_passages: how many passages are handed to the reader.
        threshold: the confidence below which the assistant abstains, 0 to 1; ``RAG_THRESHOLD``
            may name one of ``NAMED_THRESHOLDS`` as well.
        offline: whether nothing is ever fetched from the web.
    """

    index: Path = Path("index")
    embedding_model: str = ""
    reader: str = ""
    chunk_characters: int = 1_000
    parse_seconds: int = 60
    retrieved_passages: int = 10
    threshold: float = NAMED_THRESHOLDS["balanced"]
    offline: bool = False

    def __post_init__(self) -> None:
        if not 200 <= self.chunk_characters <= 8_000:
            raise SettingError(
                f"RAG_CHUNK_CHARACTERS is {self.chunk_characters}; choose 200 to 8000."
            )
        if not 1 <= self.parse_seconds <= 3_600:
            raise SettingError(f"RAG_PARSE_SECONDS is {self.parse_seconds}; choose 1 to 3600.")
        if not 1 <= self.retrieved_passages <= 100:
            raise SettingError(
                f"RAG_RETRIEVED_PASSAGES is {self.retrieved_passages}; choose 1 to 100."
            )
        if not 0.0 <= self.threshold <= 1.0:
            raise SettingError(f"RAG_THRESHOLD is {self.threshold}; choose 0 to 1.")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads the settings from environment variables; what is not set keeps its default."""
    kinds: dict[str, Callable[[str], object]] = {
        "index": Path,
        "chunk_characters": int,
        "parse_seconds": int,
        "retrieved_passages": int,
        "threshold": _read_threshold,
        "offline": _read_switch,
    }
    chosen: dict[str, object] = {}
    for field in fields(Settings):
        variable = f"RAG_{field.name.upper()}"
        if variable not in environment:
            continue
        kind = kinds.get(field.name, str)
        try:
            chosen[field.name] = kind(environment[variable])
        except (ValueError, KeyError):
            raise SettingError(
                f"{variable} is {environment[variable]!r}, which is not "
                f"{_EXPECTED.get(kind, 'a number')}; mend or unset it."
            ) from None
    return Settings(**chosen)  # type: ignore[arg-type]


def _read_threshold(text: str) -> float:
    named = NAMED_THRESHOLDS.get(text.strip().lower())
    return float(text) if named is None else named


def _read_switch(text: str) -> bool:
    return _SWITCH[text.strip().lower()]


_SWITCH = {"1": True, "true": True, "on": True, "": False, "0": False, "false": False, "off": False}
_EXPECTED: Mapping[Callable[[str], object], str] = {
    _read_threshold: f"a number or {', '.join(NAMED_THRESHOLDS)}",
    _read_switch: "1 or 0",
}
