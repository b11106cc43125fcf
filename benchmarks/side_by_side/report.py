"""Writes the tables and plots of a run into benchmarks/README.md.

    python -m benchmarks.side_by_side.report .bench/results.json

What stands between the two markers of that page is replaced; the figures are kept beside it as
``side_by_side.json``, which hold no text of the documents.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.side_by_side.plots import draw_plots
from benchmarks.side_by_side.quality import BUDGET, DEPTH
from benchmarks.side_by_side.systems import OURS, TITLES
from rag.evaluate.measures import percentile

HERE = Path(__file__).parents[1]
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
MEGABYTE = 1e6
SETS = {"news_2025": "news", "scifact": "SciFact", "chunk_spans": "chunk spans"}
QUALITIES = {
    f"recall_at_{DEPTH}": f"evidence in the first {DEPTH} passages",
    f"recall_in_{BUDGET}": f"evidence in the first {BUDGET:,} characters",
    "ndcg_at_10": "nDCG@10 of documents",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One column: what it is of a round, and whether more of it is better."""

    title: str
    unit: str
    of: Callable[[dict[str, Any]], float]
    more_is_better: bool = False
    digits: int = 0
    of_last: bool = False

    def choose(self, rounds: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """Gives the rounds that count: the last alone of what grows from round to round."""
        return rounds[-1:] if self.of_last else rounds


FIGURES = (
    Figure("taken in", "characters/s", lambda r: r["characters"] / r["seconds"], True),
    Figure("taken in", "documents/s", lambda r: r["documents"] / r["seconds"], True, 2),
    Figure("retrieval, median", "ms", lambda r: 1e3 * median(r["delays"]), digits=1),
    Figure("retrieval, 95th", "ms", lambda r: 1e3 * percentile(r["delays"], 0.95), digits=1),
    Figure("start to first answer", "s", lambda r: r["first_answer_seconds"], digits=1),
    Figure("memory, asking", "MB", lambda r: r["asking_bytes"] / MEGABYTE),
    Figure("memory, taking in, peak", "MB", lambda r: r["peak_bytes"] / MEGABYTE),
    Figure("disk at the end", "MB", lambda r: r["disk_bytes"] / MEGABYTE, digits=1, of_last=True),
)


def times_better(figure: Figure, ours: dict[str, Any], other: dict[str, Any]) -> float:
    """How many times better ours is in the same round; below 1 the other is ahead."""
    ratio = figure.of(ours) / figure.of(other)
    return ratio if figure.more_is_better else 1 / ratio


def compare_rounds(
    figure: Figure, ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]
) -> list[float]:
    """Gives ``times_better`` of each round that counts, in ascending order."""
    pairs = zip(figure.choose(ours), figure.choose(theirs), strict=True)
    return sorted(times_better(figure, *pair) for pair in pairs)


def write_report(results: dict[str, Any]) -> str:
    """The text between the markers."""
    parts = [
        _machine(results["machine"]),
        _speed_table(results["rounds"]),
        "![Speed, memory and disk](plots/side_by_side.svg)",
        _answers(results["rounds"][OURS]),
        _all_pages(results.get("all")),
        _quality_table(results["quality"]),
        "![Quality of what is retrieved](plots/quality.svg)",
        _ahead(results),
    ]
    return "\n\n".join(part for part in parts if part)


def _machine(machine: dict[str, Any]) -> str:
    instructions = ", ".join(machine["instructions"]) or "none of those asked for"
    return (
        f"Machine: {machine['processor']}, {machine['cores']} cores ({instructions}), "
        f"{machine['system']}, Python {machine['python']}, ONNX Runtime {machine['onnxruntime']}."
    )


def _speed_table(rounds: dict[str, list[dict[str, Any]]]) -> str:
    heads = [f"{figure.title}, {figure.unit}" for figure in FIGURES]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name, its_rounds in rounds.items():
        cells = [_cell(figure, its_rounds, rounds[OURS], name == OURS) for figure in FIGURES]
        lines.append(f"| {TITLES.get(name, name)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(
    figure: Figure, its_rounds: Sequence[dict[str, Any]], ours: Sequence[dict[str, Any]], own: bool
) -> str:
    shown = f"{median(map(figure.of, figure.choose(its_rounds))):,.{figure.digits}f}"
    if own:
        return shown
    ratios = compare_rounds(figure, ours, its_rounds)
    spread = f" ({ratios[0]:.2f}–{ratios[-1]:.2f})" if len(ratios) > 1 else ""
    return f"{shown}; ×{median(ratios):.2f}{spread}"


def _answers(ours: Sequence[dict[str, Any]]) -> str:
    delays = [delay for one in ours for delay in one["answer_delays"]]
    each = sorted(median(one["answer_delays"]) for one in ours)
    return (
        f"The whole answer, found, read, quoted and compared, which the peers leave to a language "
        f"model: median {median(delays):.2f} s ({each[0]:.2f} to {each[-1]:.2f} over the rounds), "
        f"95th percentile {percentile(delays, 0.95):.2f} s."
    )


def _all_pages(result: dict[str, Any] | None) -> str:
    if not result:
        return ""
    answers, delays = result["answer_delays"], result["delays"]
    return (
        f"All {result['documents']:,} pages, this project alone: "
        f"{result['characters'] / result['seconds']:,.0f} characters/s and "
        f"{result['documents'] / result['seconds']:.2f} documents/s, "
        f"{result['seconds'] / 60:.0f} minutes; "
        f"retrieval {1e3 * median(delays):.0f} ms at the median, "
        f"{1e3 * percentile(delays, 0.95):.0f} at the 95th percentile; the whole answer "
        f"{median(answers):.2f} and {percentile(answers, 0.95):.2f} s; "
        f"{result['asking_bytes'] / MEGABYTE:,.0f} MB of memory when asking, at most "
        f"{result['peak_bytes'] / MEGABYTE:,.0f} when taking in, "
        f"{result['disk_bytes'] / MEGABYTE:,.0f} MB on disk."
    )


def _quality_table(quality: dict[str, dict[str, dict[str, Any]]]) -> str:
    columns = [(s, q) for s in quality for q in QUALITIES if _has(quality[s], q)]
    heads = [f"{SETS[name]}: {QUALITIES[measure]}" for name, measure in columns]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for system in quality[columns[0][0]]:
        cells = [_quality_cell(quality[name], measure, system) for name, measure in columns]
        lines.append(f"| {TITLES.get(system, system)} | {' | '.join(cells)} |")
    sizes = "; ".join(
        f"{SETS[name]}: {rows[OURS]['documents']} documents, {rows[OURS]['questions']} questions"
        for name, rows in quality.items()
    )
    lost = max(row["unlocated"] for rows in quality.values() for row in rows.values())
    return "\n".join(lines) + (
        f"\n\n{sizes}. Of the passages {lost:.1%} at most, of one system and set, could not be "
        "found again in their document, and count as nothing found."
    )


def _has(rows: dict[str, dict[str, Any]], measure: str) -> bool:
    return all(row[measure] is not None for row in rows.values())


def _quality_cell(rows: dict[str, dict[str, Any]], measure: str, system: str) -> str:
    value = rows[system][measure]
    if system == OURS:
        return f"{value:.3f}"
    return f"{value:.3f}; ×{rows[OURS][measure] / value:.2f}" if value else f"{value:.3f}"


def _ahead(results: dict[str, Any]) -> str:
    """Where a peer is better, in words: in the median of the rounds, or in a quality."""
    rounds, quality = results["rounds"], results["quality"]
    lines = []
    for name in rounds:
        if name == OURS:
            continue
        better = []
        for figure in FIGURES:
            ratio = median(compare_rounds(figure, rounds[OURS], rounds[name]))
            if ratio < 1:
                better.append(f"{figure.title} in {figure.unit} (×{1 / ratio:.2f})")
        for data, rows in quality.items():
            for measure, title in QUALITIES.items():
                theirs, ours = rows[name][measure], rows[OURS][measure]
                if theirs is not None and theirs > ours:
                    better.append(f"{title} on {SETS[data]} ({theirs:.3f} against {ours:.3f})")
        if better:
            lines.append(f"* {TITLES.get(name, name)}: {'; '.join(better)}.")
    if not lines:
        return "No peer is ahead in any figure of this run."
    return "Where a peer is ahead of this project:\n\n" + "\n".join(lines)


def replace_between(page: str, text: str) -> str:
    """Puts a text between the markers of a page.

    Raises:
        ValueError: the page has not both of them.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page has no {BEGIN} and {END}: put them where the figures belong.")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--into", type=Path, default=HERE, help="the folder of README.md")
    options = parser.parse_args()
    results = json.loads(options.results.read_text(encoding="utf-8"))
    page = options.into / "README.md"
    page.write_text(
        replace_between(page.read_text(encoding="utf-8"), write_report(results)), encoding="utf-8"
    )
    (options.into / "side_by_side.json").write_text(json.dumps(results) + "\n", encoding="utf-8")
    draw_plots(results, options.into / "plots")


if __name__ == "__main__":
    main()
