"""The settings: one immutable value, made at the door from ``RAG_…`` variables and passed down."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from rag.errors import SettingError

LARGEST_FILE_BYTES = 50 * 1024 * 1024  # what the browser's uploader takes; the same everywhere
LONGEST_QUESTION = 2_000  # characters; the embedding model reads the first 256 word pieces

# What each costs is in docs/quality.md.
NAMED_THRESHOLDS: Mapping[str, float] = {"cautious": 0.38, "balanced": 0.27, "eager": 0.2}

SMALLEST_CONTEXT = 1_024  # tokens: less has no room for a passage

# What each may be, from least to most.
WHOLE_NUMBERS: Mapping[str, tuple[int, int]] = {
    "chunk_characters": (200, 8_000),
    "parse_seconds": (1, 3_600),
    "retrieved_passages": (1, 100),
    "model_context": (0, 10_000_000),
    "model_seconds": (1, 3_600),
    "model_tries": (1, 5),
    "model_searches": (0, 3),
    "model_tokens": (1_000, 10_000_000),
}
RANGES: Mapping[str, tuple[int, int]] = {**WHOLE_NUMBERS, "threshold": (0, 1)}
WORDS: Mapping[str, tuple[str, ...]] = {
    "model_choice": ("auto", "on", "off"),
    "unsupported": ("strike", "hide"),
}
_POSTGRESQL = ("postgresql://", "postgres://")
_HTTP = ("http://", "https://")
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "library": _POSTGRESQL,
    "library_replica": _POSTGRESQL,
    "model_address": _HTTP,
}
MILVUS_FILE = ".db"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be chosen; each field is read from ``RAG_<FIELD>`` in capitals.

    Attributes:
        index: the folder that holds the library, or what this machine keeps beside one in a
            database: conversations, and copies of uploads that were looked at.
        library: the address of a PostgreSQL database that holds the library; empty for the folder.
        library_replica: the address of a replica of it that questions read from; empty for none.
        vectors: the address of a Milvus server that the vectors are searched in, with its token
            before the host and its database behind it (``https://user:password@host:19530/name``),
            or a path that ends in ``.db`` for Milvus Lite; empty for the library's own engine.
        embedding_model: a hub name or a local folder; empty for the installed all-MiniLM-L6-v2.
        reader: what reads the passages, as in ``reader.open_reader``; empty for the built-in one.
        chunk_characters: how long a chunk may become.
        parse_seconds: how long the reading of one file may take.
        retrieved_passages: how many passages are found for a question, and read at most.
        threshold: the confidence below which the assistant abstains, 0 to 1; ``RAG_THRESHOLD``
            may name one of ``NAMED_THRESHOLDS`` as well.
        offline: whether nothing is ever fetched from the web.
        model: a language model that writes the answers, as LangChain names it
            (``ollama:qwen3``); empty for none.
        model_address: the base address of that model's server; empty for its provider's own.
        model_context: tokens that the model reads at once; 0 to ask its server.
        model_seconds: how long it may take for one answer, all tries and steps together.
        model_tries: how often it is tried where trying again may help.
        model_searches: how often it may ask for more passages.
        model_tokens: how many tokens it may read and write for one answer.
        model_price: US dollars for a million tokens that it reads, and that it writes; as text
            ``0.25/2``. None where it is not known.
        model_choice: whether a visitor of the page may name another model and the address of its
            server: ``on``, ``off``, or ``auto`` for those on this machine alone.
        unsupported: what the page does with sentences that nothing supports: ``strike`` them
            through or ``hide`` them.
    """

    index: Path = Path("index")
    library: str = field(default="", repr=False)  # each may hold a password
    library_replica: str = field(default="", repr=False)
    vectors: str = field(default="", repr=False)
    embedding_model: str = ""
    reader: str = ""
    chunk_characters: int = 1_000
    parse_seconds: int = 60
    retrieved_passages: int = 10
    threshold: float = NAMED_THRESHOLDS["balanced"]
    offline: bool = False
    model: str = ""
    model_address: str = ""
    model_context: int = 0
    model_seconds: int = 60
    model_tries: int = 2
    model_searches: int = 3
    model_tokens: int = 40_000
    model_price: tuple[float, float] | None = None
    model_choice: str = "auto"
    unsupported: str = "strike"

    def __post_init__(self) -> None:
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise _wrong(name, f"is {getattr(self, name)}; choose {least} to {most}.")
        for name, words in WORDS.items():
            if getattr(self, name) not in words:
                raise _wrong(name, f"is {getattr(self, name)!r}; choose {' or '.join(words)}.")
        for name, schemes in ADDRESSES.items():
            address = getattr(self, name)  # not told: it may hold a password
            if address and not address.startswith(schemes):
                begin = f"begins with {' or '.join(schemes)}"
                raise _wrong(name, f"is not an address that {begin}; mend or unset it.")
        if (
            self.vectors
            and not self.vectors.startswith(_HTTP)
            and ("://" in self.vectors or not self.vectors.endswith(MILVUS_FILE))
        ):
            raise _wrong(
                "vectors",
                "is neither the address of a Milvus server, as http://host:19530, nor a path that "
                f"ends in {MILVUS_FILE}; mend or unset it.",
            )
        if self.library_replica and not self.library:
            raise _wrong(
                "library_replica",
                "names a replica, and RAG_LIBRARY not what it is a replica of: "
                "set both, or unset it.",
            )
        if self.model_context and self.model_context < SMALLEST_CONTEXT:
            raise _wrong(
                "model_context",
                f"is {self.model_context}; choose {SMALLEST_CONTEXT} or more, or 0 to ask the "
                "model's server.",
            )


def _wrong(name: str, why: str) -> SettingError:
    return SettingError(f"RAG_{name.upper()} {why}")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads the settings from environment variables; what is not set keeps its default."""
    kinds: dict[str, Callable[[str], object]] = {
        "index": Path,
        "threshold": _read_threshold,
        "offline": _read_switch,
        "model_price": _read_price,
        **dict.fromkeys(WHOLE_NUMBERS, int),
        **dict.fromkeys(WORDS, _read_word),
    }
    chosen: dict[str, object] = {}
    for setting in fields(Settings):
        variable = f"RAG_{setting.name.upper()}"
        if variable not in environment:
            continue
        kind = kinds.get(setting.name, str)
        try:
            chosen[setting.name] = kind(environment[variable])
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


def _read_price(text: str) -> tuple[float, float]:
    read, written = (float(part) for part in text.split("/"))
    if not (0 <= read < math.inf and 0 <= written < math.inf):
        raise ValueError
    return read, written


def _read_word(text: str) -> str:
    return text.strip().lower()


_SWITCH = {"1": True, "true": True, "on": True, "": False, "0": False, "false": False, "off": False}
_EXPECTED: Mapping[Callable[[str], object], str] = {
    _read_threshold: f"a number or {', '.join(NAMED_THRESHOLDS)}",
    _read_switch: "1 or 0",
    _read_price: "two prices, for instance 0.25/2",
}
