"""The library as a whole: checked, counted, backed up, restored."""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.assistant import open_assistant
from rag.backup import Manifest, refuse_database, restore_backup, write_backup
from rag.cli.commands import AddCommand
from rag.cli.exit_status import FAILED, OK
from rag.cli.terminal import count, print_json
from rag.settings import Settings


def add_commands(add: AddCommand) -> None:
    check = add("check", _check, "verify the library on disk")
    check.add_argument("--repair", action="store_true", help="rebuild what can be rebuilt")
    status = add("status", _status, "tell counts, models, sizes and versions")
    status.add_argument("--json", action="store_true")
    backup = add("backup", _backup, "write library and conversations to one file")
    backup.add_argument("file", metavar="FILE")
    backup.add_argument("--force", action="store_true", help="replace a file of that name")
    restore = add("restore", _restore, "put a backup in place of library and conversations")
    restore.add_argument("file", metavar="FILE")


def _check(options: argparse.Namespace, settings: Settings) -> int:
    problems = open_assistant(settings).library.check(repair=options.repair)
    for problem in problems:
        print(problem)
    if not problems:
        print("The library is sound.")
    return FAILED if problems else OK


def _status(options: argparse.Namespace, settings: Settings) -> int:
    status = open_assistant(settings).status()
    if options.json:
        print_json(status)
        return OK
    for name, value in status.items():
        shown = (
            ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        )
        print(f"{name}: {shown}")
    return OK


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    refuse_database(settings)
    manifest = write_backup(settings.index, Path(options.file), overwrite=options.force)
    print(f"Backed up {_count_held(manifest)} to {options.file}.")
    return OK


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    refuse_database(settings)
    manifest = restore_backup(settings.index, Path(options.file))
    print(f"Restored {_count_held(manifest)}, as they were on {manifest.made}.")
    return OK


def _count_held(manifest: Manifest) -> str:
    documents = count(manifest.documents, "document")
    return f"{documents} and {count(manifest.conversations, 'conversation')}"
