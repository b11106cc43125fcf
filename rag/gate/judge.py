"""A sentence and the passages it was written from to a verdict, and the quotes that bear it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.gate.sources import Source, Sources, Token
from rag.gate.words import NEGATION, OPPOSITES, Reading, are_alike, is_known, read
from rag.records import Verdict

MOST_QUOTES = 3
FEWEST_ADDED = 3  # terms in a row that a further quote brings: a name or a figure is no clause
FIGURE_WEIGHT = 3.0  # of a figure that a quote has, beside the weight of a rare term
CLOSING = "\"'”’»)]*_"
ENDING = ".!?…。"
CONDITION = ("if", "unless", "whether", "allegedly", "reportedly")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a sentence needs; fitted by ``benchmarks/gate.py``.

    Attributes:
        supported: share of its terms, by weight, that the quotes have.
        hole: terms in a row that no quote has, at most.
        partly: the share below which a sentence is unsupported.
    """

    supported: float = 0.68
    hole: int = 1
    partly: float = 0.5


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters of a document, in one of the passages."""

    passage: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Signs:
    """What words alone show of a sentence and its quotes.

    Attributes:
        coverage: share of the sentence's terms, by weight, that the quotes have.
        hole: the longest row of terms that they lack.
        foreign: figures, dates and names that they lack.
        is_turned: whether one of them denies what the other says, or says its opposite.
    """

    coverage: float
    hole: int
    foreign: frozenset[str]
    is_turned: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """A sentence with its verdict; without quotes there is nothing like it in the passages.

    Attributes:
        score: the share of the sentence that the quotes have, 0 to 1.
    """

    text: str
    verdict: Verdict
    quotes: tuple[Quote, ...] = ()
    score: float = 0.0


def judge(sentences: Sequence[str], sources: Sources, limits: Limits = LIMITS) -> list[Judgement]:
    """Holds each sentence to the passages."""
    return [judge_sentence(sentence, sources, limits) for sentence in sentences]


def judge_sentence(sentence: str, sources: Sources, limits: Limits = LIMITS) -> Judgement:
    """Holds one sentence to the passages.

    ``verbatim`` has all its words in a row in a passage; ``supported`` nearly all of its terms in
    at most three sentences of them, every figure, date and name, and no denial that they lack.
    """
    claim = read(sentence)
    if not claim.terms and not claim.figures:
        return Judgement(sentence, "unsupported")
    verbatim = find_verbatim(claim, sources)
    if verbatim is not None:
        verdict: Verdict = "partly" if _loses_condition(verbatim, sources) else "verbatim"
        return Judgement(sentence, verdict, (verbatim,), 1.0)
    if not claim.terms:
        return Judgement(sentence, "unsupported")
    chosen = choose_sources(claim, sources)
    signs = compare(claim, chosen, sources)
    verdict = decide(signs, limits)
    if verdict == "unsupported":
        return Judgement(sentence, verdict, score=signs.coverage)
    quotes = tuple(Quote(source.passage, source.start, source.end) for source in chosen)
    return Judgement(sentence, verdict, quotes, signs.coverage)


def decide(signs: Signs, limits: Limits) -> Verdict:
    """Gives the verdict on a sentence that is not in the passages word by word."""
    if signs.coverage < limits.partly:
        return "unsupported"
    is_whole = signs.coverage >= limits.supported and signs.hole <= limits.hole
    return "supported" if is_whole and not signs.foreign and not signs.is_turned else "partly"


def find_verbatim(claim: Reading, sources: Sources) -> Quote | None:
    """Gives the place where all words of a sentence stand in a row."""
    wanted = claim.tokens
    for index, tokens in enumerate(sources.tokens):
        for first in range(len(tokens) - len(wanted) + 1):
            if tokens[first].word == wanted[0] and _is_row(tokens, first, wanted):
                start, last = tokens[first].start, tokens[first + len(wanted) - 1].end
                quote = Quote(
                    index, start, _close(sources.passages[index].text, last, sources, index)
                )
                if claim.figures <= read(_text(quote, sources)).figures:
                    return quote
    return None


def choose_sources(claim: Reading, sources: Sources) -> list[Source]:
    """Gives the sentences that have most of a claim's terms: the best, and more that add a part."""
    chosen: list[Source] = []
    missing = list(range(len(claim.terms)))
    while missing and len(chosen) < MOST_QUOTES:
        best, gain, left = None, 0.0, missing
        for source in sources.sentences:
            own = {i for i in missing if _has(source.reading, claim.terms[i])}
            context = sources.context[source.passage]
            still = [i for i in missing if i not in own and not _has(context, claim.terms[i])]
            got = sum(sources.weigh(claim.terms[i]) for i in missing if i not in still)
            got += FIGURE_WEIGHT * len(claim.figures & source.reading.figures)
            near = chosen and source.passage == chosen[0].passage
            got *= 1.1 if near else 1.0
            if got > gain and (not chosen or _is_clause(claim, own)):
                best, gain, left = source, got, still
        if best is None:
            break
        chosen.append(best)
        missing = left
    return sorted(chosen, key=lambda source: (source.passage, source.start)) if chosen else []


def compare(claim: Reading, chosen: Sequence[Source], sources: Sources) -> Signs:
    """Gives what words show of a claim and the sentences chosen for it."""
    readings = [source.reading for source in chosen]
    context = [sources.context[source.passage] for source in chosen]
    known = frozenset(term for r in (*readings, *context) for term in r.terms)
    figures = frozenset(figure for r in (*readings, *context) for figure in r.figures)
    named = known
    for source in chosen:
        if source.reading.has_pronoun:
            named |= sources.names[source.passage]
    found = [_is_among(term, named if term in claim.names else known) for term in claim.terms]
    weights = [sources.weigh(term) for term in claim.terms]
    coverage = sum(w for w, is_found in zip(weights, found, strict=True) if is_found) / sum(weights)
    foreign = {f for f in claim.figures if not is_known(f, figures)}
    foreign |= {name for name in claim.names if not _is_among(name, named)}
    counts = Counter(term for r in readings for term in r.terms)
    foreign |= {n for n in claim.names if 0 < counts[n] < claim.terms.count(n)}
    return Signs(
        coverage=coverage,
        hole=_longest_row({i for i, is_found in enumerate(found) if not is_found}),
        foreign=frozenset(foreign),
        is_turned=_is_turned(claim, readings),
    )


def _is_turned(claim: Reading, readings: Sequence[Reading]) -> bool:
    terms = frozenset(term for r in readings for term in r.terms)
    negated = frozenset(term for r in readings for term in r.negated)
    denied = {t for t in claim.negated if _is_among(t, terms) and not _is_among(t, negated)}
    undenied = {
        t
        for t in negated
        if _is_among(t, frozenset(claim.terms)) and not _is_among(t, claim.negated)
    }
    directions = frozenset(term for r in readings for term in r.directions)
    opposed = any(
        OPPOSITES[d] & directions and d not in directions and not claim.negated ^ negated
        for d in claim.directions
    )
    return bool(denied or undenied or opposed)


def _is_clause(claim: Reading, places: set[int]) -> bool:
    """True for enough terms in a row, not all of them names."""
    words = {i for i in places if claim.terms[i] not in claim.names}
    return bool(words) and _longest_row(places) >= FEWEST_ADDED


def _has(reading: Reading, term: str) -> bool:
    return term in reading.terms or any(are_alike(term, other) for other in reading.terms)


def _is_among(term: str, terms: frozenset[str]) -> bool:
    return term in terms or any(are_alike(term, other) for other in terms)


def _longest_row(places: set[int]) -> int:
    longest = row = 0
    for place in range(max(places, default=-1) + 1):
        row = row + 1 if place in places else 0
        longest = max(longest, row)
    return longest


def _is_row(tokens: Sequence[Token], first: int, wanted: Sequence[str]) -> bool:
    return all(tokens[first + i].word == word for i, word in enumerate(wanted))


def _close(text: str, end: int, sources: Sources, index: int) -> int:
    """Takes in the full stop and the quotation marks behind the last word."""
    offset = sources.passages[index].start
    place = end - offset
    while place < len(text) and text[place] in CLOSING + ENDING:
        place += 1
    return place + offset


def _text(quote: Quote, sources: Sources) -> str:
    passage = sources.passages[quote.passage]
    return passage.text[quote.start - passage.start : quote.end - passage.start]


def _loses_condition(quote: Quote, sources: Sources) -> bool:
    """True where the sentence goes on before the quote, with a denial or a condition."""
    for source in sources.sentences:
        if source.passage == quote.passage and source.start < quote.start < source.end:
            text = sources.text_of(source)[: quote.start - source.start]
            words = text.lower().replace("’", "'").split()
            return any(NEGATION.search(w.strip(",;:")) or w in CONDITION for w in words)
    return False
