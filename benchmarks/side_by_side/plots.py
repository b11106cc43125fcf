"""Draws what a run has measured; the dots are the rounds, the bars their medians."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.side_by_side.quality import BUDGET
from benchmarks.side_by_side.systems import OURS, TITLES

OWN, OTHER, DOT = "#2f6f4f", "#b8c0c8", "#20262c"
PANELS: tuple[tuple[str, Callable[[dict[str, Any]], float]], ...] = (
    ("taken in, characters a second", lambda r: r["characters"] / r["seconds"]),
    ("retrieval, median, ms", lambda r: 1e3 * median(r["delays"])),
    ("start to first answer, s", lambda r: r["first_answer_seconds"]),
    ("memory when asking, MB", lambda r: r["asking_bytes"] / 1e6),
)
QUALITY = f"recall_in_{BUDGET}"


def draw_plots(results: dict[str, Any], folder: Path) -> None:
    """Writes two SVG files, the same bytes for the same results."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "footnote", "svg.fonttype": "none", "font.size": 9})
    folder.mkdir(exist_ok=True)
    _draw_speed(results["rounds"], folder / "side_by_side.svg")
    _draw_quality(results["quality"], folder / "quality.svg")


def _draw_speed(rounds: dict[str, list[dict[str, Any]]], file: Path) -> None:
    from matplotlib import pyplot as plt

    names = list(rounds)[::-1]
    figure, axes = plt.subplots(2, 2, figsize=(9, 5), layout="constrained")
    for axis, (title, value) in zip(axes.flat, PANELS, strict=True):
        values = [[value(one) for one in rounds[name]] for name in names]
        bars = [median(its) for its in values]
        colours = [OWN if name == OURS else OTHER for name in names]
        axis.barh([TITLES.get(name, name) for name in names], bars, color=colours)
        for place, its in enumerate(values):
            axis.plot(its, [place] * len(its), ".", color=DOT, markersize=4)
        axis.set_title(title, loc="left", fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    _save(figure, file)


def _draw_quality(quality: dict[str, dict[str, dict[str, Any]]], file: Path) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(
        1, len(quality), figsize=(9, 2.8), layout="constrained", sharey=True
    )
    for axis, (data, rows) in zip(axes, quality.items(), strict=True):
        names = list(rows)[::-1]
        values = [rows[name][QUALITY] or 0.0 for name in names]
        colours = [OWN if name == OURS else OTHER for name in names]
        axis.barh([TITLES.get(name, name) for name in names], values, color=colours)
        axis.set_title(f"{data}: evidence in {BUDGET:,} characters", loc="left", fontsize=8)
        axis.set_xlim(0, 1)
        axis.spines[["top", "right"]].set_visible(False)
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:
    from matplotlib import pyplot as plt

    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
