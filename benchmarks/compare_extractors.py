"""Compares the words that are read from real PDFs with those that two other extractors agree on.

    python -m pip install -r benchmarks/requirements.txt
    python -m benchmarks.compare_extractors

The files are the thirteen quarterly reports of ``../shared/data/rag/sec_10q``. On each page the
words that pypdf and pdfminer.six both find are expected, as often as both find them; a word of ours
counts where it stands on the page of the same number. Order is compared by pairs of words: the
pairs that follow each other in both extractors are expected to do so in ours, which no layout of
columns breaks but at a column's end. Words are runs of letters and digits.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rag.parse import parse_file

DATA = Path(__file__).parents[2] / "shared" / "data" / "rag" / "sec_10q" / "pdfs"
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many words and pairs of words were expected in one file, and how many are ours too."""

    name: str
    pages: int
    words: int
    found: int
    pairs: int
    in_order: int
    missing: tuple[tuple[str, int], ...]


def compare(path: Path) -> Agreement:
    """Reads one file with all three."""
    logging.disable(logging.WARNING)
    ours = [words_of(text) for text in our_pages(path)]
    others = [
        [words_of(text) for text in pages] for pages in (pypdf_pages(path), miner_pages(path))
    ]
    if len({len(ours), *map(len, others)}) > 1:
        raise ValueError(f"{path.name}: {len(ours)} pages of ours, {[len(o) for o in others]}.")
    words, found, pairs, in_order = (Counter[object]() for _ in range(4))
    for number, mine in enumerate(ours):
        one, two = (pages[number] for pages in others)
        expected = Counter(one) & Counter(two)
        words += _on_page(number, expected)
        found += _on_page(number, expected & Counter(mine))
        expected_pairs = Counter(pairwise(one)) & Counter(pairwise(two))
        pairs += _on_page(number, expected_pairs)
        in_order += _on_page(number, expected_pairs & Counter(pairwise(mine)))
    missing = Counter[str]()
    for (_, word), count in (words - found).items():  # type: ignore[misc]
        missing[str(word)] += count
    return Agreement(
        path.name,
        len(ours),
        words.total(),
        found.total(),
        pairs.total(),
        in_order.total(),
        tuple(missing.most_common(8)),
    )


def _on_page(number: int, counts: Counter[object]) -> Counter[object]:
    return Counter({(number, item): count for item, count in counts.items()})


def words_of(text: str) -> list[str]:
    """The words of a page, ligatures and widths of letters made alike."""
    return WORD.findall(unicodedata.normalize("NFKC", text))


def our_pages(path: Path) -> Iterator[str]:
    document = parse_file(path)
    return (document.text[page.start : page.end] for page in document.pages)


def pypdf_pages(path: Path) -> list[str]:
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(path).pages]


def miner_pages(path: Path) -> list[str]:
    from pdfminer.high_level import extract_text

    return extract_text(path).split("\f")[:-1]


def tell(agreements: Sequence[Agreement], examples: bool) -> None:
    print("| file | pages | words expected | found on their page | pairs in order |")
    print("|---|---|---|---|---|")
    for a in agreements:
        print(
            f"| {a.name} | {a.pages} | {a.words:,} | {a.found / a.words:.4f} "
            f"| {a.in_order / a.pairs:.4f} |"
        )
    words, found = sum(a.words for a in agreements), sum(a.found for a in agreements)
    pairs, in_order = sum(a.pairs for a in agreements), sum(a.in_order for a in agreements)
    pages = sum(a.pages for a in agreements)
    print(f"| all | {pages} | {words:,} | {found / words:.4f} | {in_order / pairs:.4f} |")
    if examples:
        for a in agreements:
            print(f"* {a.name}: {', '.join(f'{word} ({count})' for word, count in a.missing)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--missing", action="store_true", help="name words that are not found")
    options = parser.parse_args()
    paths = sorted(DATA.glob("*.pdf"))
    if not paths:
        print(f"The data is not here: {DATA} has no PDF, so nothing is read.", file=sys.stderr)
        return 1
    with ProcessPoolExecutor(2) as pool:
        tell(list(pool.map(compare, paths)), options.missing)
    return 0


if __name__ == "__main__":
    sys.exit(main())
