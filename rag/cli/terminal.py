"""What is written to a terminal, and how."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from typing import Any


def one_line(text: str) -> str:
    """Names and quotes are other people's: no control character of theirs reaches a terminal."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def tell(text: str) -> None:
    """Tells the person something that is not the result."""
    print(text, file=sys.stderr, flush=True)


def wait_for_interrupt(then: Callable[[], None]) -> None:
    """Waits until the person interrupts, says so, and ends with ``then`` however it ended."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        tell("Ended.")
    finally:
        then()


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
