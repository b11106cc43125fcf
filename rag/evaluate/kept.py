"""A run as a folder: its measures, its answers, and a page to look at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rag.errors import SettingError
from rag.evaluate.compare import Comparison
from rag.evaluate.page import render_page
from rag.evaluate.report import Run, report
from rag.evaluate.scored import scored_from_json, scored_to_json
from rag.evaluate.thresholds import TABLED_THRESHOLDS, replay_all
from rag.files import write_durably

MEASURES, ANSWERS, PAGE = "run.json", "answers.jsonl", "page.html"


def write_run(
    folder: Path,
    run: Run,
    thresholds: Mapping[str, float],
    command: Sequence[str],
    comparison: Comparison | None = None,
    other: Run | None = None,
) -> None:
    """Keeps a run in a folder; what it kept before is replaced.

    Nothing in it tells where on the machine the folders lie, nor any text of documents and
    questions, so that it can be handed on.

    Args:
        thresholds: by the names under which the page marks them.
        command: the words by which the run is repeated.
        other: the run that it is compared with.
    """
    bare = replace(run, settings=_without_folders(run.settings))
    replayed = [asdict(at) for at in replay_all(bare.scored, TABLED_THRESHOLDS)]
    measures = {"folder": bare.folder, **report(bare, comparison), "thresholds": replayed}
    answers = [json.dumps(scored_to_json(s), ensure_ascii=False) for s in bare.scored]
    _write(folder, ANSWERS, "".join(f"{line}\n" for line in answers))
    _write(folder, PAGE, render_page(bare, thresholds, command, comparison, other))
    _write(folder, MEASURES, json.dumps(measures, ensure_ascii=False, indent=2) + "\n")


def read_run(folder: Path) -> Run:
    """Reads back a run that ``write_run`` kept, without the rankings of documents.

    Raises:
        SettingError: there is none, or it is damaged.
    """
    try:
        measures = json.loads((folder / MEASURES).read_text(encoding="utf-8"))
        lines = (folder / ANSWERS).read_text(encoding="utf-8").split("\n")
        scored = tuple(scored_from_json(json.loads(line)) for line in lines if line)
        return Run(measures["folder"], measures["settings"], scored)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingError(
            f"{folder} holds no run that can be read ({error!r}): name a folder that "
            "`python -m rag evaluate FOLDER --out` made."
        ) from error


def _without_folders(settings: Mapping[str, Any]) -> dict[str, str]:
    """Gives the settings with the bare name of what is named by a path."""
    return {
        name: Path(value).name if value and Path(str(value)).is_absolute() else str(value)
        for name, value in settings.items()
    }


def _write(folder: Path, name: str, text: str) -> None:
    def write(path: Path) -> str:
        path.write_text(text, encoding="utf-8", newline="\n")
        return name

    write_durably(folder, write)
