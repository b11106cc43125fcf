"""A folder of questions: asked, scored, compared."""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.cli.commands import AddCommand
from rag.cli.exit_status import OK
from rag.cli.terminal import print_json, tell
from rag.errors import SettingError
from rag.settings import NAMED_THRESHOLDS, Settings


def add_commands(add: AddCommand) -> None:
    evaluate = add("evaluate", _evaluate, "score the answers to a folder of questions")
    evaluate.add_argument("folder", metavar="FOLDER")
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--out", metavar="RUN", help="keep the run in this folder, with a page")
    evaluate.add_argument("--compare", metavar="RUN", help="compare with a run that --out kept")
    evaluate.add_argument("--library", metavar="DIR", help="keep the library there for later runs")
    evaluate.add_argument("--ids", metavar="FILE", help="ask only these questions, one id a line")


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    from rag.evaluate.compare import compare_runs
    from rag.evaluate.folder import read_ids
    from rag.evaluate.kept import read_run, write_run
    from rag.evaluate.report import render_table, report
    from rag.evaluate.run import evaluate_folder

    # Whatever is wrong with the options is told before the long work.
    other = read_run(Path(options.compare)) if options.compare else None
    ids = read_ids(Path(options.ids)) if options.ids else None
    if options.out and Path(options.out).is_file():
        raise SettingError(f"{options.out} is a file: name a folder for the run.")
    library = Path(options.library) if options.library else None
    run = evaluate_folder(Path(options.folder), settings, tell, library, ids)
    comparison = (
        compare_runs(run.scored, other.scored, Path(options.compare).name) if other else None
    )
    if options.out:
        thresholds = {"this run": settings.threshold, **NAMED_THRESHOLDS}
        command = _repeat_evaluate(options)
        write_run(Path(options.out), run, thresholds, command, comparison, other)
        tell(f"The run is kept in {options.out}; page.html shows it.")
    if options.json:
        print_json(report(run, comparison))
    else:
        print(render_table(run, comparison))
    return OK


def _repeat_evaluate(options: argparse.Namespace) -> list[str]:
    """Gives the words of the command, with the bare names of its folders and files."""
    words = ["python", "-m", "rag", "evaluate", Path(options.folder).resolve().name]
    for name in ("library", "ids", "compare", "out"):
        value = getattr(options, name)
        words += [f"--{name}", Path(value).resolve().name] if value else []
    return words
