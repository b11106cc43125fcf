"""One command, from its words to its exit status."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rag.cli import asking, documents, evaluating, keeping, reviewing, serving
from rag.cli.commands import Run
from rag.cli.exit_status import FAILED
from rag.cli.terminal import tell
from rag.errors import FootnoteError
from rag.settings import read_settings

KINDS = (documents, asking, evaluating, reviewing, keeping, serving)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    options = _build_parser().parse_args(arguments)
    try:
        settings = read_settings()
        if options.index:
            settings = replace(settings, index=Path(options.index))
        return int(options.run(options, settings))
    except FootnoteError as error:
        if options.debug:
            traceback.print_exc()
        tell(str(error))
        return FAILED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        tell("Stopped. What was reported as added is in the library; run it again for the rest.")
        return FAILED


def _build_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--index", metavar="DIR", help="the library on disk (default: index/)")
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser = argparse.ArgumentParser(prog="python -m rag", description="Ask your documents.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Run, help_text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[common], help=help_text, description=help_text)
        added.set_defaults(run=run)
        return added

    for kind in KINDS:
        kind.add_commands(add)
    return parser
