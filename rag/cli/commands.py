"""How a command is added to the parser."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol

from rag.settings import Settings

Run = Callable[[argparse.Namespace, Settings], int]
"""Does what the options say, and gives the exit status."""


class AddCommand(Protocol):
    """Adds a command, with the options that all of them have, and gives its parser."""

    def __call__(self, name: str, run: Run, help_text: str) -> argparse.ArgumentParser: ...
