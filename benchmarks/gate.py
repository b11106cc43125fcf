"""Measures the gate: which sentences it passes, true ones and false ones made from evidence.

    python -m benchmarks.gate --fit          limits fitted on one half of clapnq, told on the rest
    python -m benchmarks.gate --show name    made sentences of a kind that were judged wrongly

A sentence that is false (another figure, date or name, a denial), or true of another document, or
half of which is, is *unsupported*; it is found where the verdict is neither ``verbatim`` nor
``supported``. news_2025 is the second set: nothing was chosen by it.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.gate_sentences import FALSE, NAME, TRUE, Made, Maker, tidy
from benchmarks.measure_quality import half_of
from benchmarks.measure_retrieval import DATA, read_rows
from rag.chunks import cut_chunks
from rag.gate import read_sources
from rag.gate.judge import LIMITS, Limits, choose_sources, compare, decide, judge_sentence
from rag.gate.sources import Sources
from rag.gate.words import read
from rag.records import Document, Passage
from rag.sentences import split_sentences
from rag.terms import extract_terms

SEED = 6
EACH = dict.fromkeys((*TRUE, *FALSE), 40) | {"verbatim": 70, "elsewhere": 60}
PASSAGES = 10
OTHER_DOCUMENTS = 300
MOST_SHARED = 0.9  # of the terms of a sentence from elsewhere: with more it is here, too
PASSED = ("verbatim", "supported")


@dataclass(frozen=True)
class Case:
    """A made sentence, the passages it is held to, and the half its question belongs to."""

    made: Made
    sources: Sources
    half: str


class Shelf:
    """The chunks of a data set, and which of them share most words with a question."""

    def __init__(self, name: str) -> None:
        corpus = read_rows(DATA / name / "corpus.jsonl.gz")
        self.questions = [q for q in read_rows(DATA / name / "questions.jsonl.gz") if q["evidence"]]
        wanted = {e["doc_id"] for q in self.questions for e in q["evidence"]}
        wanted |= {doc for q in self.questions for doc in q.get("own_docs", ())}
        others = [row["doc_id"] for row in corpus if row["doc_id"] not in wanted]
        wanted |= set(random.Random(SEED).sample(others, min(OTHER_DOCUMENTS, len(others))))
        self.texts = {row["doc_id"]: row["text"] for row in corpus if row["doc_id"] in wanted}
        self.titles = {row["doc_id"]: row["title"] for row in corpus}
        self.passages = list(self._cut())
        self._bags = [Counter(extract_terms(passage.text)) for passage in self.passages]
        self._frequency = Counter(term for bag in self._bags for term in bag)

    def _cut(self) -> Iterator[Passage]:
        for doc_id, text in self.texts.items():
            document = Document(
                doc_id, doc_id, self.titles[doc_id], "", None, None, "text/plain", None,
                len(text), 1, "", (doc_id,), (),
            )  # fmt: skip
            for chunk in cut_chunks(text, (), 1_000):
                words = text[chunk.start : chunk.end]
                yield Passage(0, document, chunk.start, chunk.end, words, (), None, 1.0)

    def retrieve(self, question: str, evidence: Sequence[Passage]) -> list[Passage]:
        """Gives the chunks of the evidence, and those nearest in words to the question."""
        terms = set(extract_terms(question))
        weight = {t: math.log(1 + len(self._bags) / (1 + self._frequency[t])) for t in terms}
        scores = [sum(weight[t] for t in terms & bag.keys()) for bag in self._bags]
        best = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[: PASSAGES * 2]
        others = [self.passages[i] for i in best if self.passages[i] not in evidence]
        return [*evidence, *others][:PASSAGES]

    def chunks_over(self, doc_id: str, start: int, end: int) -> list[Passage]:
        """Gives the chunks of a document that hold a range."""
        return [
            p for p in self.passages if p.document.id == doc_id and p.start < end and start < p.end
        ]


def find_sentences(text: str, start: int, end: int) -> list[str]:
    """Gives the sentences that a range of a text touches, as they are typed."""
    around = max(0, start - 1_000)
    found = split_sentences(text[around : end + 1_000])
    touched = [
        text[around + s : around + e] for s, e in found if around + s < end and start < around + e
    ]
    return [tidy(sentence) for sentence in touched if is_usable(tidy(sentence))]


def is_usable(sentence: str) -> bool:
    words = sentence.split()
    return (
        7 <= len(words) <= 40
        and sentence[-1] in ".!"
        and words[0][0].isupper()
        and len(extract_terms(sentence)) >= 4
    )


def make_cases(name: str) -> list[Case]:
    """Makes a data set's sentences, ``EACH`` of a kind, with the passages of their question."""
    shelf = Shelf(name)
    evidence_of: dict[str, list[str]] = defaultdict(list)
    material: list[tuple[str, str, list[Passage], str]] = []
    for question in shelf.questions:
        for piece in question["evidence"]:
            if piece["start"] is None or piece["doc_id"] not in shelf.texts:
                continue
            sentences = find_sentences(shelf.texts[piece["doc_id"]], piece["start"], piece["end"])
            held = shelf.chunks_over(piece["doc_id"], piece["start"], piece["end"])
            for sentence in sentences:
                if sentence not in evidence_of[question["id"]]:
                    evidence_of[question["id"]].append(sentence)
                    material.append((question["id"], sentence, held, question["question"]))
    if not material:
        raise SystemExit(f"{name} has no usable evidence.")
    others = sorted({sentence for _, sentence, _, _ in material})
    names = sorted({n for sentence in others for n in NAME.findall(sentence)})
    retrieved: dict[str, Sources] = {}
    cases: list[Case] = []
    used: set[str] = set()
    for kind, count in EACH.items():
        maker = Maker(SEED, others, names)
        order = material[:]
        random.Random(f"{SEED}-{kind}").shuffle(order)
        made = 0
        for question_id, sentence, held, question in order:
            if made == count:
                break
            siblings = [s for s in evidence_of[question_id] if s != sentence]
            second = siblings[0] if siblings else next_sentence(held, sentence)
            passage = " ".join(tidy(p.text) for p in held)
            text = maker.make(kind, sentence, passage, second)
            if not text or text in used or len(extract_terms(text)) < 3:
                continue
            if question_id not in retrieved:
                chunks = [c for q, _, h, _ in material if q == question_id for c in h]
                unique = list(dict.fromkeys(chunks))
                retrieved[question_id] = read_sources(shelf.retrieve(question, unique))
            added = text[len(sentence) :] if kind == "half" else text
            if kind in ("elsewhere", "half") and is_there(added, retrieved[question_id]):
                continue
            used.add(text)
            made += 1
            cases.append(
                Case(Made(kind, text, kind in TRUE), retrieved[question_id], half_of(question_id))
            )
    return cases


def next_sentence(held: Sequence[Passage], sentence: str) -> str | None:
    """Gives another sentence of the passage, where the evidence is one sentence alone."""
    for passage in held:
        found = [tidy(passage.text[s:e]) for s, e in split_sentences(passage.text)]
        others = [s for s in found if s != sentence and is_usable(s)]
        if others:
            return others[0]
    return None


def is_there(text: str, sources: Sources) -> bool:
    """True where the passages happen to have what was drawn from elsewhere."""
    drawn = set(extract_terms(tidy(text)))
    bags = (set(extract_terms(tidy(passage.text))) for passage in sources.passages)
    return any(len(drawn & bag) >= MOST_SHARED * len(drawn) for bag in bags)


@dataclass(frozen=True)
class Figures:
    """How well unsupported sentences were found, and how many verbatim ones were passed."""

    n: int
    precision: float
    recall: float
    f1: float
    verbatim_passed: float


def score(cases: Sequence[Case], passed: Sequence[bool]) -> Figures:
    found = sum(1 for c, p in zip(cases, passed, strict=True) if not c.made.is_true and not p)
    called = sum(1 for p in passed if not p)
    unsupported = sum(1 for c in cases if not c.made.is_true)
    verbatim = [p for c, p in zip(cases, passed, strict=True) if c.made.kind == "verbatim"]
    precision, recall = found / (called or 1), found / (unsupported or 1)
    f1 = 2 * precision * recall / ((precision + recall) or 1)
    return Figures(len(cases), precision, recall, f1, sum(verbatim) / (len(verbatim) or 1))


def fit(cases: Sequence[Case]) -> Limits:
    """Gives the limits with the best F1 on these cases."""
    signs: list[Any] = []
    for case in cases:
        claim = read(case.made.text)
        verdict = judge_sentence(case.made.text, case.sources).verdict
        if verdict == "verbatim":
            signs.append(None)
        else:
            signs.append(compare(claim, choose_sources(claim, case.sources), case.sources))
    best, chosen = -1.0, LIMITS
    for supported, hole in itertools.product([x / 100 for x in range(50, 100, 2)], range(1, 6)):
        limits = Limits(supported, hole, LIMITS.partly)
        passed = [s is None or decide(s, limits) == "supported" for s in signs]
        f1 = score(cases, passed).f1
        if f1 > best:
            best, chosen = f1, limits
    return chosen


def tell(name: str, cases: Sequence[Case], limits: Limits, show: str | None) -> None:
    verdicts = [judge_sentence(c.made.text, c.sources, limits).verdict for c in cases]
    passed = [verdict in PASSED for verdict in verdicts]
    figures = score(cases, passed)
    print(
        f"{name}: n {figures.n}, unsupported found with precision {figures.precision:.3f}, recall "
        f"{figures.recall:.3f}, F1 {figures.f1:.3f}; verbatim passed {figures.verbatim_passed:.3f}"
    )
    for kind in (*TRUE, *FALSE):
        own = Counter(v for c, v in zip(cases, verdicts, strict=True) if c.made.kind == kind)
        counts = ", ".join(f"{verdict} {count}" for verdict, count in own.most_common())
        print(f"    {kind:<10} {sum(own.values()):>3}  {counts}")
    if show:
        for case, is_passed in zip(cases, passed, strict=True):
            if case.made.kind == show and is_passed != case.made.is_true:
                print_wrong(case, limits)


def print_wrong(case: Case, limits: Limits) -> None:
    claim = read(case.made.text)
    chosen = choose_sources(claim, case.sources)
    print(
        "\n-", case.made.text, "\n ", judge_sentence(case.made.text, case.sources, limits).verdict
    )
    print(" ", compare(claim, chosen, case.sources))
    for source in chosen:
        print("  >", re.sub(r"\s+", " ", case.sources.text_of(source)))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fit", action="store_true", help="fit the limits on half of clapnq")
    parser.add_argument("--show", metavar="KIND", help="print what of this kind was judged wrongly")
    parser.add_argument("--sets", nargs="+", default=["clapnq", "news_2025"])
    options = parser.parse_args()
    cases = {name: make_cases(name) for name in options.sets}
    limits = LIMITS
    if options.fit:
        limits = fit([c for c in cases["clapnq"] if c.half == "dev"])
        print(f"fitted: {limits}")
    for name, made in cases.items():
        if name == "clapnq":
            tell(
                f"{name}, fitting half", [c for c in made if c.half == "dev"], limits, options.show
            )
            others = [c for c in made if c.half != "dev"]
            tell(f"{name}, other half", others, limits, None)
        else:
            tell(name, made, limits, None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
