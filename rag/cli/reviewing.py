"""What people found of the answers in chats."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from rag.assistant import open_assistant
from rag.cli.commands import AddCommand
from rag.cli.exit_status import OK
from rag.cli.terminal import tell
from rag.errors import SettingError
from rag.history import History, Transcript, history_path
from rag.review.export import to_csv, to_markdown
from rag.review.folder import write_questions
from rag.settings import Settings


def add_commands(add: AddCommand) -> None:
    review = add("review", _export, "write what people found of their answers")
    actions = review.add_subparsers(required=True, metavar="ACTION")
    export = actions.add_parser("export", help="write what people found of the kept answers")
    export.add_argument("form", choices=["csv", "markdown", "questions"])
    export.add_argument(
        "--out", metavar="PATH", help="a file; for questions a new folder, which evaluate takes"
    )
    export.add_argument(
        "--chat", action="append", metavar="ID", help="this chat only, by the id in its address"
    )


def _export(options: argparse.Namespace, settings: Settings) -> int:
    with closing(History.open(history_path(settings))) as history:
        chats = _choose(history, options.chat)
    if options.form == "questions":
        if not options.out:
            raise SettingError("Name a new folder for the questions with --out.")
        library = open_assistant(settings).library
        rows = write_questions(Path(options.out), chats, library)
        scored = sum(row["answerable"] is not None for row in rows)
        tell(
            f"{len(rows)} questions are in {options.out}; {scored} are scored by "
            f"`python -m rag evaluate {options.out}`, the rest wait for their evidence."
        )
        return OK
    text = (to_csv if options.form == "csv" else to_markdown)(chats.values())
    if not options.out:
        sys.stdout.write(text)
        return OK
    try:
        Path(options.out).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise SettingError(f"{options.out} cannot be written ({error}).") from error
    tell(f"What was found in {len(chats)} chats is in {options.out}.")
    return OK


def _choose(history: History, wanted: list[str] | None) -> dict[str, Transcript]:
    """Gives the chats in which something was judged, or those that were named, by short ids."""
    chats = {id_: history.transcript(id_) for id_ in wanted or history.judged()}
    if missing := [id_ for id_, chat in chats.items() if chat is None]:
        raise SettingError(f"There is no chat {missing[0]!r}: take the id from its address.")
    return {id_[:8]: chat for id_, chat in chats.items() if chat}
