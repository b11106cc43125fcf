"""How well disagreements between two quotations are told, on pairs from and about the sample.

    python -m benchmarks.conflicts             both halves
    python -m benchmarks.conflicts --show dev  and every pair of a half that is judged wrongly

The pairs stand in ``tests/evaluation/conflicts/pairs.jsonl``; their halves were drawn before any
rule was written, and rules were chosen on ``dev`` alone. Half of the documents are the sample's
own, the others are small ones that contradict it, kept beside the pairs.
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass
from pathlib import Path

from rag.chunks import cut_chunks
from rag.compare.claims import Claim, claim_in
from rag.compare.relate import Relation, relate
from rag.parse import parse_file
from rag.records import Document, Passage

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "evaluation" / "conflicts"
HALVES = ("dev", "held-out")
CHUNK_CHARACTERS = 1000


@dataclass(frozen=True)
class Pair:
    """Two quotations, and whether they disagree."""

    id: str
    half: str
    kind: str
    disagree: bool
    one: Claim
    other: Claim

    def relation(self) -> Relation | None:
        return relate(self.one, self.other)

    @property
    def is_told(self) -> bool:
        """Whether a disagreement is found, right or wrong."""
        found = self.relation()
        return found is not None and not found.agrees


def read_pairs() -> list[Pair]:
    """Reads the pairs with what their documents say around them."""
    shelf: dict[str, list[Passage]] = {}
    pairs = []
    for line in (FOLDER / "pairs.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        sides = []
        for side in (row["one"], row["other"]):
            name = side["document"]
            if name not in shelf:
                shelf[name] = read_passages(name)
            sides.append(find_claim(shelf[name], side["quote"]))
        pairs.append(Pair(row["id"], row["half"], row["kind"], row["disagree"], *sides))
    return pairs


def read_passages(name: str) -> list[Passage]:
    """Reads a document and cuts it as the library does."""
    path = next(p for p in (FOLDER / "documents" / name, ROOT / "corpus" / name) if p.exists())
    parsed = parse_file(path)
    document = Document(
        name, name, parsed.title or name, "", parsed.date, None, parsed.media_type, None,
        len(parsed.text), 0, "", (name,), (),
    )  # fmt: skip
    return [
        Passage(n, document, c.start, c.end, parsed.text[c.start : c.end], c.headings, None, 1.0)
        for n, c in enumerate(cut_chunks(parsed.text, parsed.blocks, CHUNK_CHARACTERS))
    ]


def find_claim(passages: list[Passage], quote: str) -> Claim:
    """Finds a quotation; white space does not matter.

    Raises:
        LookupError: it does not stand in the document.
    """
    pattern = re.compile(r"\s+".join(map(re.escape, quote.split())))
    for passage in passages:
        found = pattern.search(passage.text)
        if found:
            return claim_in(passage, passage.start + found.start(), passage.start + found.end())
    raise LookupError(f"{passages[0].document.name} does not say: {quote}")


def main() -> None:
    """Prints precision and recall of each half, and where asked what is judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--show", choices=HALVES, help="print the wrong pairs of a half")
    shown = parser.parse_args().show
    pairs = read_pairs()
    for half in HALVES:
        own = [pair for pair in pairs if pair.half == half]
        told = [pair for pair in own if pair.is_told]
        right = sum(pair.disagree for pair in told)
        true = sum(pair.disagree for pair in own)
        print(
            f"{half:9} {true} disagree, {len(own) - true} do not   told {len(told)}"
            f"   precision {right / (len(told) or 1):.2f}   recall {right / (true or 1):.2f}"
        )
    for pair in pairs:
        if pair.half == shown and pair.is_told != pair.disagree:
            verdict = "missed" if pair.disagree else "wrongly told"
            print(f"\n{pair.id} {pair.kind} {verdict}: {pair.relation()}")
            for claim in (pair.one, pair.other):
                print(f"  {claim.published}  {claim.text}")


if __name__ == "__main__":
    main()
