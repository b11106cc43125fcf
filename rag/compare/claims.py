"""A quotation, with the date of its document, to what can be held against another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rag.answer.anaphora import find_antecedent
from rag.answer.quantities import MONTHS, SCALES, WORDS
from rag.compare.measures import LAW_NUMBER, Date, Figure, find_dates, find_figures
from rag.gate.words import to_term
from rag.quote import ITEM_MARK, STATEMENT_END, plain_text
from rag.records import Passage
from rag.terms import STOP_WORDS, WORD

# "The president said that …": who says it, and when, is not what is said.
SAYING = re.compile(
    r"^.{0,140}?\b(?:said|says|say|reported|reports|estimated|estimates|announced|found|told\s+\w+"
    r"|puts|put)\s+that\s+|^(?:According\s+to|As)\b[^,]{2,80},\s+|,\s+according\s+to\b[^,.;]*"
)
PLANNED = re.compile(
    r"\b(?:would|will|shall|plan\w*|expect\w*|propos\w*|draft\w*|foresee\w*|foreseen|forecast\w*|target"
    r"|intend\w*|assumed?|aims?|hopes?|want\w*|prefer\w*|oppos\w*|ask\w*|whether|if|(?:is|are|was|were)\s+to\b|could|should)\b",
    re.I,
)
# One sentence counts a part of what another may count whole.
PARTIAL = re.compile(
    r"\b(?:alone|within\s+the|among\s+them|of\s+these|of\s+which|of\s+them|parts?\s+of|in\s+part|only)\b",
    re.I,
)
PRONOUN = re.compile(r"\b(?:it|them|both|one|this|these|those|others?)\b", re.I)
# "Is not", "may no longer": the whole clause is denied; "no", "without": what stands next to it.
DENIES_CLAUSE = re.compile(
    r"(?<!\bwho\s)(?<!\bwhich\s)\b(?:is|are|was|were|be|been|has|have|had|may|can|could|will|would|must|should|do|does|did|need)"
    r"\s+(?:also\s+|still\s+)?(?:not|never|no\s+longer|neither)\b(?!\s+only)|n['’]t\b|\bcannot\b",
    re.I,
)
DENIES_NEXT = re.compile(
    r"\b(?:no(?!\s+(?:more|less|fewer|later|longer)\b)|nobody|none|nor|without|free\s+(?:of|from)|exempt\s+from)\b",
    re.I,
)
ORDINALS = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth last".split()
)
IDENTIFIER = re.compile(LAW_NUMBER)
CLAUSE_END = re.compile(
    r";\s+|:\s+|,\s+(?:and|but|while|whereas|so|roughly|almost|about)\b\s*|\s+and\s+(?=in\b)"
    r"|,?\s+(?:because|as\s+long\s+as|provided\s+that)\s+"
)
# Words of time, of number and of degree say nothing of what a sentence speaks of.
UNTELLING = frozenset(map(to_term, [
    *MONTHS, *SCALES, *WORDS,
    *"""per cent percent year month week day today present date time yet still now currently already
    longer new also nearly almost roughly about beginning end part take us since neither without
    within although though ago until""".split(),
]))  # fmt: skip
# "Legal tender", "legal name": of these something is said that has nothing to do with permission.
LEGAL_KIND = re.compile(
    r"\blegal\s+(?=(?!status\b|in\b|since\b|to\b|for\b|and\b|again\b)[a-z])", re.I
)
# "The ban", "a general prohibition": a thing that is spoken of; that it is in force is not said.
BAN = re.compile(
    r"\b(?:an?|the|its?|this|any|such)\s+(?:[\w-]+\s+)?(?:bans?|prohibitions?)\b", re.I
)
# Not "law", to which a stemmer would bring "lawful".
LAWFUL = re.compile(r"\b(un)?lawful(?:ly)?\b", re.I)
OPENING = re.compile(r"^(?:In|On|At|By|Since|From|Under|Until|Of|For)\b[^,:;]{2,60},\s+")
SCOPE = re.compile(
    r"\b(?:in|within|outside|inside|among|for|to)\s+(?P<where>(?:(?!in\b|on\b|at\b|for\b|to\b|of\b|and\b)[\w’'-]+\s?){1,4})",
    re.I,
)


@dataclass(frozen=True)
class Claim:
    """One sentence, taken apart.

    Attributes:
        text: as it is read, without marks of layout.
        about: what else tells its subject: title, headings, who its pronoun means.
        published: the date of its document, ISO 8601; None where it is not known.
    """

    text: str
    about: str = ""
    published: str | None = None

    @cached_property
    def body(self) -> str:
        """The text without who says it."""
        return SAYING.sub("", self.text)

    @cached_property
    def figures(self) -> list[Figure]:
        return find_figures(self.body)

    @cached_property
    def dates(self) -> list[Date]:
        return find_dates(self.body)

    @cached_property
    def terms(self) -> frozenset[str]:
        """Content terms, without figures, dates and words of time."""
        return content_terms(self.body)

    @cached_property
    def known(self) -> frozenset[str]:
        """Terms of the text and of what it is about."""
        return content_terms(self.text) | content_terms(self.about)

    @cached_property
    def names(self) -> frozenset[str]:
        """Terms of words with a capital that do not begin the sentence, or that own something."""
        body = self.body
        found = {
            word[0]
            for word in re.finditer(r"[^\W\d_]+(?:['’]s)?", body)
            if word[0][0].isupper()
            and (_is_inside(body, word.start()) or word[0].endswith(("'s", "’s")))
        }
        return frozenset(to_term(w.lower().replace("’", "'")) for w in found) & self.terms

    @cached_property
    def subject(self) -> tuple[str, ...]:
        """The first content terms, of which the sentence most likely speaks."""
        return tuple(_in_order(OPENING.sub("", self.body))[:2])

    @cached_property
    def ordinals(self) -> frozenset[str]:
        return frozenset(w.lower() for w in WORD.findall(self.body)) & ORDINALS

    @cached_property
    def identifiers(self) -> frozenset[str]:
        return frozenset(match[0] for match in IDENTIFIER.finditer(self.text))

    @cached_property
    def is_planned(self) -> bool:
        return bool(PLANNED.search(self.body))

    @cached_property
    def denies(self) -> bool:
        """Whether anything in it is denied."""
        return bool(DENIES_CLAUSE.search(self.body) or DENIES_NEXT.search(self.body))

    @cached_property
    def is_statement(self) -> bool:
        """Whether it states something, as titles and questions do not."""
        return bool(STATEMENT_END.search(self.text))

    @cached_property
    def is_new(self) -> bool:
        """Whether it brings in its subject: "a bill", of which there may be others."""
        return bool(re.match(r"An?\s", OPENING.sub("", self.body), re.I))

    @cached_property
    def has_pronoun(self) -> bool:
        """Whether it speaks, behind its beginning, of something that is named elsewhere."""
        return bool(PRONOUN.search(self.body, 1))

    @cached_property
    def is_partial(self) -> bool:
        return bool(PARTIAL.search(self.body))

    @cached_property
    def clauses(self) -> list[Claim]:
        """The same, clause by clause; each knows of the whole sentence."""
        breaks = [found.span() for found in CLAUSE_END.finditer(self.body)]
        starts = [0, *(end for _, end in breaks)]
        ends = [*(start for start, _ in breaks), len(self.body)]
        return [self._cut(start, end) for start, end in zip(starts, ends, strict=True)]

    def clause_at(self, place: int) -> Claim:
        """Gives the clause in which a character of the body stands."""
        return self.clauses[sum(m.start() <= place for m in CLAUSE_END.finditer(self.body))]

    def _cut(self, start: int, end: int) -> Claim:
        return Claim(
            self.body[start:end].strip(" ,."), f"{self.about}\n{self.text}", self.published
        )

    @cached_property
    def scopes(self) -> frozenset[str]:
        """Terms of where and for whom it holds."""
        return frozenset().union(*(content_terms(m["where"]) for m in SCOPE.finditer(self.body)))


def claim_in(passage: Passage, start: int, end: int) -> Claim:
    """Takes a range of a document, inside a passage, as a claim."""
    first, last = start - passage.start, end - passage.start
    mark = ITEM_MARK.match(passage.text, first, last)
    meant = find_antecedent(passage.text, first, passage.headings).name
    about = "\n".join(filter(None, (passage.document.title, *passage.headings, meant)))
    shown = plain_text(
        passage.text[mark.end() if mark else first : last], passage.document.media_type
    )
    return Claim(shown, about, passage.document.date)


def content_terms(text: str) -> frozenset[str]:
    """Gives the terms of a text that say what it speaks of, however they are inflected."""
    return frozenset(_in_order(text))


def _in_order(text: str) -> list[str]:
    text = LEGAL_KIND.sub(
        "", BAN.sub("", LAWFUL.sub(lambda m: "illegal" if m[1] else "legal", text))
    )
    words: Iterable[str] = (w.replace("’", "'").lower() for w in WORD.findall(text))
    terms = [to_term(w) for w in words if w not in STOP_WORDS and not w[0].isdigit()]
    return [t for t in terms if t not in UNTELLING and len(t) > 1 and not t[0].isdigit()]


def _is_inside(text: str, place: int) -> bool:
    before = text[:place].rstrip("\"“'( ")
    return bool(before) and before[-1] not in ".!?:"
