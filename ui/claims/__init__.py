"""Draws the claims of a chat, each with its quotes and with what a person finds of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast, get_args

from rag.history import Judgement, Review
from ui.assets import mount
from ui.conversation import trigger

LONGEST_NOTE = 2_000

Key = tuple[int, int]  # the message's id, and the claim's place in its answer


@dataclass(frozen=True)
class Quote:
    """A quote under a claim: who says it where, and whether it still stands there.

    ``address`` opens the document at the quote; '' where it cannot be opened.
    """

    title: str
    facts: str
    parts: Sequence[Mapping[str, Any]]
    standing: str
    stands: bool
    address: str = ""


@dataclass(frozen=True)
class Item:
    """A claim as it is drawn; ``question`` heads it where it is the first of its answer."""

    key: str
    question: str
    remark: str
    text: str
    verdict: str
    quotes: Sequence[Quote]


def draw_claims(
    key: str,
    items: Sequence[Item],
    found: Mapping[Key, Review],
    keep: Callable[[Key, Review], None],
) -> None:
    """Draws claims.

    Args:
        found: what was found of them before.
        keep: gets what a person has just found of a claim; one that says nothing takes it back.
    """

    def tell() -> None:
        for claim, review in read_found(trigger(key, "found")).items():
            if review != found.get(claim, Review(None)):
                keep(claim, review)

    data = {
        "items": [asdict(item) for item in items],
        "found": {
            item_key(claim): [review.judgement or "", review.note]
            for claim, review in found.items()
        },
        "longest": LONGEST_NOTE,
    }
    mount(Path(__file__).parent, key, data, on_found_change=tell)


def item_key(claim: Key) -> str:
    """Gives the key under which a claim is drawn."""
    return f"{claim[0]}.{claim[1]}"


def read_found(told: object) -> dict[Key, Review]:
    """Gives what the browser told, and leaves out what it cannot have meant."""
    found = {}
    for name, said in told.items() if isinstance(told, dict) else ():
        parts = str(name).split(".")
        if len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts):
            review = _read_review(said)
            if review is not None:
                found[int(parts[0]), int(parts[1])] = review
    return found


def _read_review(said: object) -> Review | None:
    if not isinstance(said, list) or len(said) != 2:
        return None
    judgement, note = said
    if judgement not in ("", *get_args(Judgement)) or not isinstance(note, str):
        return None
    return Review(cast(Judgement, judgement) or None, note.strip()[:LONGEST_NOTE])
