"""What other documents say of what an answer states: how many agree, and which do not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer import LocatePage, Part, cite
from rag.answer.quantities import find_quantities
from rag.compare.claims import Claim, claim_in, content_terms
from rag.compare.relate import Relation, relate
from rag.question import read_question, strip_source
from rag.records import Agreement, Citation, Conflict, Passage
from rag.sentences import split_sentences
from rag.statements import find_statements

FindTwins = Callable[[str], Collection[str]]
"""Gives the ids of a document's likely duplicates."""

WEIGHED = 3  # of the answer's citations
MOST_AGREEING = 6  # citations beside the answer's own
MOST_CONFLICTS = 3  # documents
BEARS_ON = 0.5  # of the question's content terms, for a statement to answer the same question
ANSWERS = 0.6  # of those that the answer has, for another to give the same name in answer
LONGEST_NAME = 5  # words: longer key words are no name that could be found again
FORMS = frozenset({"yes_no", "definition", "reason", "several", "fact"})


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement of a passage, as a claim."""

    passage: Passage
    start: int
    end: int
    claim: Claim


def compare_sources(part: Part, find_twins: FindTwins, locate_page: LocatePage) -> Part:
    """Gives the part of an answer with what its passages from other documents say of the same.

    Sources that agree are counted over documents that are no likely duplicates of one another. What
    does not go together is looked for in duplicates too: there a new edition says something else.
    """
    if read_question(part.question).form not in FORMS:
        return part
    others = list(_find_statements(part.question, part.passages))
    finding = _Finding(part, find_twins, locate_page)
    for citation in part.citations[:WEIGHED]:
        finding.weigh(citation, others)
    return finding.part


class _Finding:
    """Weighs the citations of one part against what else was read; ``part`` grows with it."""

    def __init__(self, part: Part, find_twins: FindTwins, locate_page: LocatePage) -> None:
        self.part = part
        self._asked = content_terms(part.question)
        self._find_twins = find_twins
        self._locate_page = locate_page

    def weigh(self, citation: Citation, others: Sequence[Stated]) -> None:
        mine = self._claims_of(citation)
        agreeing: dict[str, Stated] = {}
        conflicting: set[str] = set()
        for stated in others:
            document = stated.passage.document.id
            if document == citation.document.id or document in agreeing:
                continue
            relations = [(one, relate(one, stated.claim)) for one in mine]
            found = next(
                ((one, r) for one, r in relations if r and _is_key(citation, one, r)), None
            )
            if found and not found[1].agrees:
                if document in conflicting or len(conflicting) == MOST_CONFLICTS:
                    continue
                conflicting.add(document)
                self._add_conflict(citation, found[0], stated, found[1])
            elif found or any(self._names_same(citation, one, stated.claim) for one in mine):
                agreeing[document] = stated
        self._add_agreement(citation, list(agreeing.values()))

    def _claims_of(self, citation: Citation) -> list[Claim]:
        """Takes the sentences of a quote as claims."""
        for passage in self.part.passages:
            inside = passage.start <= citation.start and citation.end <= passage.end
            if passage.document.id == citation.document.id and inside:
                return [
                    claim_in(passage, citation.start + start, citation.start + end)
                    for start, end in split_sentences(citation.quote)
                ]
        return []

    def _names_same(self, citation: Citation, one: Claim, other: Claim) -> bool:
        """True where the name that answers stands in another answer to the same question."""
        for span in citation.answer_spans:
            named = content_terms(span.text)
            is_name = span.text[:1].isupper() and len(span.text.split()) <= LONGEST_NAME
            is_new = is_name and bool(named) and not named & self._asked
            if is_new and span.text in one.text and named <= other.known:
                wanted = self._asked & one.terms
                if wanted and len(wanted & other.terms) >= ANSWERS * len(wanted):
                    return not one.denies and not other.denies
        return False

    def _add_agreement(self, citation: Citation, agreeing: Sequence[Stated]) -> None:
        counted = (
            {citation.document.id, *self._find_twins(citation.document.id)} if agreeing else set()
        )
        kept: list[Stated] = []
        for stated in agreeing:
            document = stated.passage.document.id
            if document not in counted and len(kept) < MOST_AGREEING:
                kept.append(stated)
                counted |= {document, *self._find_twins(document)}
        if kept:
            markers = tuple(self._cite(stated) for stated in kept)
            agreement = Agreement((citation.marker, *markers))
            self.part = replace(self.part, agreements=(*self.part.agreements, agreement))

    def _add_conflict(
        self, citation: Citation, one: Claim, stated: Stated, relation: Relation
    ) -> None:
        """Adds a quote that does not go with the answer; those that say the same share one."""
        marker = self._cite(stated)
        if any({citation.marker, marker} <= {*known.markers} for known in self.part.conflicts):
            return  # the other side of it was weighed before
        found = _describe(citation.marker, one, marker, stated.claim, relation)
        conflicts = list(self.part.conflicts)
        for n, known in enumerate(conflicts):
            if known.note == found.note and citation.marker in known.markers:
                markers = dict.fromkeys((*found.markers[:1], *known.markers, *found.markers[1:]))
                as_of = max(filter(None, (known.as_of, found.as_of)), default=None)
                conflicts[n] = replace(known, markers=tuple(markers), as_of=as_of)
                break
        else:
            conflicts.append(found)
        self.part = replace(self.part, conflicts=tuple(conflicts))

    def _cite(self, stated: Stated) -> int:
        """Gives the marker of a statement's citation, which is added where there is none."""
        for citation in self.part.citations:
            same = citation.document.id == stated.passage.document.id
            if same and citation.start <= stated.start and stated.end <= citation.end:
                return citation.marker
        marker = max((c.marker for c in self.part.citations), default=0) + 1
        added = cite(stated.passage, stated.start, stated.end, (), marker, 0.0, self._locate_page)
        self.part = replace(self.part, citations=(*self.part.citations, added))
        return marker


def _find_statements(question: str, passages: Sequence[Passage]) -> Iterator[Stated]:
    """Gives the sentences of the passages that bear on a question, in the order of the passages."""
    asked = content_terms(strip_source(question))
    for passage in passages:
        for statement in find_statements(passage.text):
            if statement.kind == "row":
                continue
            start, end = passage.start + statement.start, passage.start + statement.end
            claim = claim_in(passage, start, end)
            if claim.terms and len(asked & claim.known) >= BEARS_ON * len(asked):
                yield Stated(passage, start, end, claim)


def _is_key(citation: Citation, claim: Claim, relation: Relation) -> bool:
    """True where what agrees or differs is what answers, and not something else in the quote."""
    key = " ".join(span.text for span in citation.answer_spans if span.text in claim.text)
    figures = find_quantities(key)
    return not figures or bool(figures & find_quantities(relation.said[0]))


def _describe(mine: int, one: Claim, theirs: int, other: Claim, relation: Relation) -> Conflict:
    """Puts a disagreement in words; the older document's quote first where it is known which."""
    dates = [date for date in (one.published, other.published) if date]
    is_lasting = relation.is_lasting and len(set(dates)) == 2
    is_mine_newer = len(dates) == 2 and dates[0] > dates[1]
    said = (relation.said[1], relation.said[0]) if is_mine_newer else relation.said
    opposite = not any(said)
    if is_lasting:
        age = "An older" if is_mine_newer else "A newer"
        note = f"{age} document says {'the opposite' if opposite else 'something else'}"
    else:
        note = f"Sources {'say opposite things' if opposite else 'disagree'}"
    joined = "then" if is_lasting else "or"
    note += "." if opposite else f": {said[0]}, {joined} {said[1]}."
    markers = (theirs, mine) if is_mine_newer else (mine, theirs)
    return Conflict(markers, note, max(dates, default=None))
