"""How well likely duplicates are told: shares of wording for pairs of which it is known.

    python -m benchmarks.near_duplicates [--others CORPUS.jsonl.gz]

Pairs are made from ``corpus/``: each text in another format (built here, read by the parsers), with
a share of its words changed, one by one or in one stretch; and against each other document, which
is on the same subject. ``--others`` adds a file of documents ({"text"} a line), each compared with
all others; the pairs above a half are listed to be looked at.
"""

from __future__ import annotations

import argparse
import gzip
import html
import io
import itertools
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag.likeness import band_keys, estimate_share, make_fingerprint
from rag.parse import parse_bytes, parse_file

CORPUS = Path(__file__).parents[1] / "corpus"
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--others", type=Path)
    chosen = options.parse_args()
    texts = {path.name: parse_file(path).text for path in sorted(CORPUS.iterdir())}
    shares: dict[str, list[float]] = defaultdict(list)
    found: dict[str, list[bool]] = defaultdict(list)
    for kind, one, other in make_pairs(texts):
        first, second = make_fingerprint(one), make_fingerprint(other)
        shares[kind].append(estimate_share(first, second))
        same = first.words == second.words
        bands = set(band_keys(first.minima)) & set(band_keys(second.minima))
        found[kind].append(same or bool(bands))
    print_table(shares, found)
    if chosen.others:
        compare_others(chosen.others)


def make_pairs(texts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    generator = random.Random(0)
    for name, text in texts.items():
        for kind, (data, ending) in build_formats(text).items():
            yield f"same text as {kind}", text, parse_bytes(data, f"x{ending}").text
        words = text.split()
        vocabulary = sorted(set(words))
        for share in (0.02, 0.05, 0.1, 0.2, 0.5):
            for _ in range(5):
                changed = [
                    generator.choice(vocabulary) if generator.random() < share else word
                    for word in words
                ]
                yield f"{share:.0%} of words changed", text, " ".join(changed)
        for share in (0.05, 0.2, 0.5):
            length = int(share * len(words))
            start = generator.randrange(len(words) - length)
            other = texts[generator.choice([n for n in texts if n != name])].split()
            yield (
                f"{share:.0%} in one stretch changed",
                text,
                " ".join([*words[:start], *other[:length], *words[start + length :]]),
            )
    for one, other in itertools.combinations(texts.values(), 2):
        yield "another document on the subject", one, other


def build_formats(text: str) -> dict[str, tuple[bytes, str]]:
    paragraphs = [line for line in text.split("\n") if line.strip()]
    body = "".join(f"<p>{html.escape(p)}</p>\n" for p in paragraphs)
    menu = "<nav><ul><li>Home</li><li>About us</li><li>Contact</li></ul></nav>"
    page = f"<!doctype html><html><body>{menu}<article>{body}</article></body></html>"
    return {
        "docx": (build_docx(paragraphs), ".docx"),
        "pdf": (build_pdf(paragraphs), ".pdf"),
        "html": (page.encode(), ".html"),
        "md": ("\n\n".join(f"* {p}" for p in paragraphs).encode(), ".md"),
    }


def build_docx(paragraphs: list[str]) -> bytes:
    import docx

    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph("".join(c for c in paragraph if c.isprintable()))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def build_pdf(paragraphs: list[str]) -> bytes:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    def number_page(canvas: object, template: object) -> None:
        canvas.drawString(72, 40, f"Page {template.page} of the report")  # type: ignore[attr-defined]

    style = getSampleStyleSheet()["Normal"]
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer).build(
        [Paragraph(html.escape(p), style) for p in paragraphs],
        onFirstPage=number_page,
        onLaterPages=number_page,
    )
    return buffer.getvalue()


def print_table(shares: dict[str, list[float]], found: dict[str, list[bool]]) -> None:
    print("| pairs | n | share, median (lowest to highest) | found by the index |", end="")
    print("".join(f" from {t:.0%} |" for t in THRESHOLDS))
    for kind, values in shares.items():
        row = np.array(values)
        flags = "".join(f" {np.mean((row >= t) & np.array(found[kind])):.0%} |" for t in THRESHOLDS)
        print(
            f"| {kind} | {len(row)} | {np.median(row):.2f} ({row.min():.2f} to {row.max():.2f}) "
            f"| {np.mean(found[kind]):.0%} |{flags}"
        )


def compare_others(path: Path) -> None:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    started = time.monotonic()
    fingerprints = [make_fingerprint(text) for text in texts]
    print(f"\n{len(texts)} fingerprints in {time.monotonic() - started:.1f} s")
    by_key: dict[int, list[int]] = defaultdict(list)
    for i, fingerprint in enumerate(fingerprints):
        for key in band_keys(fingerprint.minima):
            by_key[key].append(i)
    pairs = {pair for ids in by_key.values() for pair in itertools.combinations(ids, 2)}
    scored = sorted((estimate_share(fingerprints[a], fingerprints[b]), a, b) for a, b in pairs)
    print(f"{len(pairs)} candidates; so many pairs from each share:")
    for threshold in THRESHOLDS:
        print(f"  {threshold:.0%}: {sum(share >= threshold for share, _, _ in scored)}")
    for share, a, b in scored:
        if 0.3 <= share < 0.999:
            print(f"{share:.2f} {texts[a][:110]!r} / {texts[b][:110]!r}")


if __name__ == "__main__":
    main()
