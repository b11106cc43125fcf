"""Who is meant by the pronoun that a quoted sentence begins with.

A name is given only where the sentence before leaves no choice; elsewhere that sentence itself is
quoted too, so that nobody has to guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.quote import ITEM_MARK, is_statement
from rag.sentences import split_sentences

LONGEST_BEFORE = 300  # characters: more would hide the sentence that answers
MOST_BEFORE = 2  # sentences
STEPS_BACK = 3  # sentences in a row that begin with the same pronoun

PRONOUN = re.compile(r"(They|It|He|She|Their|Its|His|Her|This|These|That|Those)\b(?!['’])")
KIND = {"Their": "They", "Its": "It", "His": "He", "Her": "She"}
DEMONSTRATIVE = re.compile(
    r"(?:This|These|That|Those)\s+(?:is|are|was|were|has|have|had|may|might|will|would|can|could|must"
    r"|does|do|did|made|makes|means|meant|led|leads)\b"
)
# "It is not obvious what …", "It follows that …": nobody is meant.
EXPLETIVE = re.compile(
    r"It\s+(?:follows|seems|appears|turns|remains|(?:is|was|would be|may be|has been)\s+"
    r"(?:not\s+|also\s+|therefore\s+)?\w+\s+(?:that|to|what|whether|who|how|why))\b"
)
MONTH_OR_DAY = r"(?:early\s+|late\s+)?(?:\d{1,2}\s+)?(?:[A-Z][a-z]+\s+)?\d{4}"
OPENING = re.compile(rf"(?:(?:In|On|Since|By|From|Until)\s+{MONTH_OR_DAY},?\s+)?")
CAPITALISED = r"(?!(?:The|An?)\b)[A-Z][\w’'-]*"
NAME = rf"(?:[Tt]he\s+)?{CAPITALISED}(?:\s+(?:(?:of|for|and)\s+(?:the\s+)?)?{CAPITALISED})*"
LINK = r"(?:that|which|who|when|if|in|on|by|to|with|from|as|than)"
COMMON = rf"(?:[Tt]he|An?)\s+(?:(?!{LINK}\b)[a-z][\w’'-]*\s+){{0,4}}?(?!{LINK}\b)[a-z][\w’'-]*"
BE_SINGULAR = r"(?:is|was|has\s+been|became|remains)"
BE = r"(?:is|are|was|were|has\s+been|have\s+been|became|remains)"
VERB = (
    rf"(?:{BE}|has|have|had|will|would|may|must|can|could|should|does|do|did|[a-z]+ed|[a-z]{{2,}}s|said"
    r"|told|began|wrote|made|took|gave|set|went|came|saw|held|kept|led|became|left|built|sent|sold"
    r"|bought|ran|spoke|found|see|want|argue|favour|say|ask|add|warn|propose|believe|think|pay)"
)
SUBJECT = re.compile(
    rf"(?P<subject>{NAME}|{COMMON})(?:,[^,]{{3,80}},)?\s+(?:also\s+|first\s+|later\s+)?(?P<verb>{VERB})\b"
)
PLURAL_NOUN = re.compile(r"\b[a-z]{2,}[^\Wsui]s\b")
FULL_NAME = re.compile(r"\b[A-Z][a-z’'-]+\s+(?:[A-Z]\.\s+)?[A-Z][a-z’'-]+\b")
INSTITUTION = re.compile(
    r"\b(?:Bank|Ministry|Minister|President|Law|Act|Council|Committee|Association|Union|Service|Centre"
    r"|Center|Fund|Duma|Assembly|Commission|Agency|Authority|Group|Company|Treasury|Court|State|States"
    r"|Kingdom|Republic|Office|Board|House|Report|Region)\b"
)
LONGEST_HEADING = 6  # words


@dataclass(frozen=True, slots=True)
class Antecedent:
    """What makes a quotation that begins with a pronoun clear.

    Attributes:
        start: where the quotation is to begin, in the text.
        pronoun: the pronoun's length where a name takes its place, else 0.
        name: that name, with a possessive ending where the pronoun has one; empty without.
    """

    start: int
    pronoun: int = 0
    name: str = ""


def find_antecedent(text: str, start: int, headings: Sequence[str] = ()) -> Antecedent:
    """Gives who is meant at the beginning of a quotation, or where to begin instead.

    Args:
        text: of the passage.
        start: where the quotation begins in it.
        headings: above the passage, for a quotation with which it begins.
    """
    found = PRONOUN.match(text, start)
    if found is None or EXPLETIVE.match(text, start):
        return Antecedent(start)
    pronoun = found[1]
    kind = KIND.get(pronoun, pronoun)
    if kind in {"This", "These", "That", "Those"} and not DEMONSTRATIVE.match(text, start):
        return Antecedent(start)
    before = [(s, e) for s, e in split_sentences(text) if e <= start]
    name = _find_name(text, before, kind, headings)
    if name:
        ending = "’s" if pronoun in KIND else ""
        return Antecedent(start, len(pronoun), name + ending)
    return Antecedent(_begin_before(text, start, before))


def _find_name(
    text: str, before: Sequence[tuple[int, int]], kind: str, headings: Sequence[str]
) -> str | None:
    for start, end in reversed(before[-STEPS_BACK:]):
        sentence = ITEM_MARK.sub("", text[start:end].strip(), count=1)
        if not is_statement(sentence):
            return _from_heading(sentence.strip("#*_ "), kind)
        first = PRONOUN.match(sentence)
        if first is None or KIND.get(first[1], first[1]) != kind:
            return _from_sentence(sentence, kind, "\n".join((*headings, text)))
    return _from_heading(headings[-1], kind) if headings and len(before) < STEPS_BACK else None


def _from_heading(heading: str, kind: str) -> str | None:
    words = heading.split()
    names = [word for word in words if word[0].isupper() and not word.isupper()]
    others = [
        word for word in words if word not in names and word not in {"of", "the", "and", "for"}
    ]
    if others or not 2 <= len(names) <= len(words) <= LONGEST_HEADING:
        return None
    is_person = bool(FULL_NAME.fullmatch(heading)) and not INSTITUTION.search(heading)
    if kind in {"He", "She"}:
        return heading if is_person else None
    return heading if kind == "It" and INSTITUTION.search(heading) else None


def _from_sentence(sentence: str, kind: str, context: str) -> str | None:
    opening = OPENING.match(sentence)
    found = SUBJECT.match(sentence, opening.end() if opening else 0)
    if found is None:
        return None
    subject, rest = found["subject"], sentence[found.end() :]
    if kind == "They":
        return subject if _is_plural(subject) and not PLURAL_NOUN.search(rest) else None
    if kind == "It":
        # After any other verb its object may be meant: "The president signed the law. It …"
        is_same = re.fullmatch(BE_SINGULAR, found["verb"]) and not _is_plural(subject)
        return subject if is_same and not _is_person(subject, context) else None
    if kind in {"He", "She"} and _is_person(subject, context):
        others = [n[0] for n in FULL_NAME.finditer(rest) if not INSTITUTION.search(n[0])]
        return None if others else subject
    return None


def _is_plural(subject: str) -> bool:
    head = re.split(r"\s+(?:of|for)\s+", subject)[0]
    common = subject[:1] in "TtAa" and bool(PLURAL_NOUN.search(head.split()[-1]))
    return " and " in head or common


def _is_person(subject: str, context: str) -> bool:
    if INSTITUTION.search(subject) or subject.lower().startswith(("the ", "a ", "an ")):
        return False
    if FULL_NAME.fullmatch(subject):
        return True
    surname = re.search(rf"\b[A-Z][a-z’'-]+ {re.escape(subject)}\b", context)
    return bool(surname) and not INSTITUTION.search(surname[0] if surname else "")


def _begin_before(text: str, start: int, before: Sequence[tuple[int, int]]) -> int:
    """Gives the beginning of the sentence before, or of one more where that has a pronoun too."""
    begin = start
    for first, last in reversed(before[-MOST_BEFORE:]):
        in_one_paragraph = "\n\n" not in text[last:begin] and not ITEM_MARK.search(
            text, last, begin
        )
        if start - first > LONGEST_BEFORE or not in_one_paragraph:
            break
        if not is_statement(text[first:last]):
            break
        mark = ITEM_MARK.match(text, first, last)
        begin = mark.end() if mark else first
        if not PRONOUN.match(text, begin):
            break
    return begin
