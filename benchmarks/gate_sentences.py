"""Sentences made from evidence by rule, true and false ones, to measure the gate with.

Each kind takes a sentence of the evidence and changes it as a writer would who means the same, or
as one who errs. The same seed makes the same sentences.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

TRUE = ("verbatim", "part", "synonyms", "voice", "order", "dropped", "merged")
FALSE = ("figure", "date", "name", "negation", "word", "elsewhere", "half")

SYNONYMS = {
    "film": "movie", "movie": "film", "began": "started", "started": "began", "big": "large",
    "large": "big", "near": "close to", "often": "frequently", "frequently": "often",
    "because": "since", "although": "though", "buy": "purchase", "bought": "purchased",
    "help": "assist", "show": "programme", "company": "firm", "companies": "firms",
    "built": "constructed", "constructed": "built", "important": "significant",
    "significant": "important", "various": "several", "located": "situated", "children": "kids",
    "famous": "well-known", "allows": "lets", "people": "persons", "main": "principal",
    "created": "made", "made": "produced", "used": "employed", "start": "beginning",
    "country": "nation", "nation": "country", "said": "stated", "says": "states",
    "announced": "declared", "state": "government", "police": "officers", "people's": "public's",
    "showed": "demonstrated", "shows": "demonstrates", "received": "got", "needed": "required",
    "needs": "requires", "usually": "generally", "generally": "usually", "primarily": "mainly",
    "approximately": "about", "around": "about", "student": "pupil", "students": "pupils",
    "car": "automobile", "doctor": "physician", "doctors": "physicians", "job": "post",
    "released": "published", "role": "part", "ended": "finished", "attack": "assault",
    "killed": "slain", "house": "home", "home": "house", "money": "funds", "plan": "scheme",
    "group": "team", "official": "officer", "officials": "authorities", "leader": "head",
    "song": "track", "series": "serial", "city": "town", "entire": "whole", "whole": "entire",
}  # fmt: skip
ADVERBS = re.compile(
    r"\b(?:also|however|finally|eventually|originally|usually|often|generally|recently|currently"
    r"|primarily|mainly|actually|particularly|especially|typically|officially|very|largely|widely"
    r"|\w{4,}ly),?\s+",
)
PARENTHESIS = re.compile(r"\s*\([^()]{3,120}\)")
APPOSITION = re.compile(
    r", (?:an?|the|who|which|where|including|such as|known|called)\b[^,.;]{4,90},"
)
LEADING = re.compile(
    r"^(?P<lead>(?:In|On|During|After|Before|By|Since|At|For|From|As|When|While|Under|With|Until)\s"
    r"[^,]{3,70}), (?P<rest>[^.]{25,})(?P<end>[.!])$"
)
TRAILING = re.compile(
    r"^(?P<rest>[^,;]{25,}?),? (?P<trail>(?:in|on|during|after|before|until|since|because|when"
    r"|while)\s[^,;]{3,60})(?P<end>[.!])$"
)
PART = re.compile(r"(?:, (?:and|but|while|which|where|who|with)\b|; )")
IRREGULAR = {
    "wrote": "written", "made": "made", "built": "built", "led": "led", "won": "won",
    "held": "held", "took": "taken", "sold": "sold", "bought": "bought", "gave": "given",
    "founded": "founded", "began": "begun", "broke": "broken", "sang": "sung", "saw": "seen",
    "left": "left", "found": "found", "kept": "kept", "shot": "shot", "beat": "beaten",
}  # fmt: skip
PASSIVE = re.compile(
    r"^(?P<subject>[^,;]{3,90}?) (?P<be>was|were|is|are|has been|have been|had been) "
    r"(?P<verb>\w+(?:ed|en|ght|de|ld|lt|un|ne|wn|ot|ut|ven)) by (?P<agent>[^,;.]{3,80})"
    r"(?P<rest>[^.]*)(?P<end>[.!])$"
)
ACTIVE = re.compile(
    r"^(?P<subject>(?:The |An? )?[A-Z][\w'-]*(?: (?:[A-Z][\w'-]*|of|the|and|for))*) "
    r"(?P<verb>\w{3,}ed|" + "|".join(IRREGULAR) + r") "
    r"(?P<object>(?:the|an?|his|her|its|their|[A-Z][\w'-]*) [^,;.]{3,70}?)"
    r"(?P<rest>(?: (?:in|on|at|for|after|during|from|by) [^.]*)?)(?P<end>[.!])$"
)
NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w-])")
WORD_NUMBER = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b")
WORD_NUMBERS = "two three four five six seven eight nine ten eleven twelve".split()
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
MONTHS = (
    "January February March April May June July August September October November December".split()
)
MONTH = re.compile(r"\b(?:" + "|".join(MONTHS) + r")\b(?=\s+\d)")
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*\b")
CONTENT_WORD = re.compile(r"(?<=[a-z,] )[a-z]{5,}\b(?<!ly)")
AUXILIARY = re.compile(
    r"\b(?P<verb>is|are|was|were|has|have|had|will|can|could|would|should|may|must)\b(?! not)"
)
DENIED = re.compile(r"\b(?:not|never) ")
PAST = re.compile(r"(?<=[a-z] )(?P<verb>[a-z]{3,}ed)\b (?=the|an?|to|his|her|its|their|[A-Z])")


@dataclass(frozen=True, slots=True)
class Made:
    """A made sentence, how it was made, and whether the passages bear it out."""

    kind: str
    text: str
    is_true: bool


def tidy(text: str) -> str:
    """Gives a sentence as it is typed, where the data set sets punctuation apart."""
    text = re.sub(r"``\s*|\s*''", '"', " ".join(text.split()))
    text = re.sub(r"\s+([,.;:!?%)\]])", r"\1", text)
    text = re.sub(r"([(\[$])\s+", r"\1", text)
    text = re.sub(r"\s+('s|n't|'re|'ve|'ll|'d|')(?=\W|$)", r"\1", text)
    return re.sub(r"(\w) - (\w)", r"\1-\2", text)


def lower_first(text: str) -> str:
    """Puts a beginning into a sentence: a name keeps its capital, as far as can be told."""
    first = text.split(maxsplit=1)[0]
    common = {"The", "A", "An", "It", "He", "She", "They", "This", "These", "In", "On", "Its"}
    return text[0].lower() + text[1:] if first in common else text


def upper_first(text: str) -> str:
    return text[0].upper() + text[1:]


class Maker:
    """Makes one sentence of a kind, or None where the sentence does not lend itself to it."""

    def __init__(self, seed: int, others: Sequence[str], names: Sequence[str]) -> None:
        """Takes sentences of other documents and names of the whole data set."""
        self._random = random.Random(seed)
        self._others = others
        self._names = names

    def make(self, kind: str, sentence: str, passage: str, second: str | None) -> str | None:
        """Gives the sentence changed.

        Args:
            passage: the text around it, from which a wrong figure or name may come.
            second: another sentence of the evidence.
        """
        if kind == "merged":
            return self._merge(sentence, second)
        if kind == "half":
            return self._merge(sentence, self._elsewhere(sentence))
        if kind == "elsewhere":
            return self._elsewhere(sentence)
        if kind in FALSE and self._random.random() < 0.4:
            ways = [self._dropped, self._order, self._synonyms]
            self._random.shuffle(ways)
            sentence = next((other for way in ways if (other := way(sentence))), sentence)
        change: dict[str, Callable[[str], str | None]] = {
            "verbatim": lambda text: text,
            "part": self._part,
            "synonyms": self._synonyms,
            "voice": self._voice,
            "order": self._order,
            "dropped": self._dropped,
            "figure": lambda text: self._figure(text, passage),
            "date": self._date,
            "name": lambda text: self._name(text, passage),
            "negation": self._negate,
            "word": self._word,
        }
        made = change[kind](sentence)
        return made if made and (kind == "verbatim" or made != sentence) else None

    # True in other words.

    def _part(self, text: str) -> str | None:
        lead = LEADING.match(text)
        if lead:
            return upper_first(lead["rest"]) + lead["end"]
        cut = PART.search(text, 30)
        return text[: cut.start()] + "." if cut else None

    def _synonyms(self, text: str) -> str | None:
        found = [m for m in re.finditer(r"[a-z']+", text) if m.group() in SYNONYMS]
        if not found:
            return None
        for match in sorted(
            self._random.sample(found, min(2, len(found))), key=lambda m: -m.start()
        ):
            text = text[: match.start()] + SYNONYMS[match.group()] + text[match.end() :]
        return text

    def _voice(self, text: str) -> str | None:
        passive = PASSIVE.match(text)
        if passive:
            agent = upper_first(passive["agent"].strip())
            verb = next((a for a, p in IRREGULAR.items() if p == passive["verb"]), passive["verb"])
            return (
                f"{agent} {verb} {lower_first(passive['subject'])}{passive['rest']}{passive['end']}"
            )
        active = ACTIVE.match(text)
        if active:
            participle = IRREGULAR.get(active["verb"], active["verb"])
            subject = lower_first(active["subject"])
            return (
                f"{upper_first(active['object'])} was {participle} by {subject}"
                f"{active['rest']}{active['end']}"
            )
        return None

    def _order(self, text: str) -> str | None:
        lead = LEADING.match(text)
        if lead:
            return f"{upper_first(lead['rest'])} {lower_first(lead['lead'])}{lead['end']}".replace(
                "  ", " "
            )
        trail = TRAILING.match(text)
        if trail:
            return f"{upper_first(trail['trail'])}, {lower_first(trail['rest'])}{trail['end']}"
        return None

    def _dropped(self, text: str) -> str | None:
        shorter = PARENTHESIS.sub("", text)
        shorter = APPOSITION.sub("", shorter, count=1)
        shorter = ADVERBS.sub("", shorter, count=2)
        return upper_first(shorter) if shorter != text and len(shorter.split()) >= 5 else None

    def _merge(self, one: str, other: str | None) -> str | None:
        if not other or len(one.split()) + len(other.split()) > 55:
            return None
        link = self._random.choice([", and ", "; ", ", while "])
        return one.rstrip(".") + link + lower_first(other)

    # False.

    def _figure(self, text: str, passage: str) -> str | None:
        found = [m for m in NUMBER.finditer(text) if not YEAR.fullmatch(m.group())]
        words = list(WORD_NUMBER.finditer(text))
        if not found and not words:
            return None
        match = self._random.choice(found or words)
        if not found:
            wrong = self._random.choice([w for w in WORD_NUMBERS if w != match.group()])
        else:
            near = {m.group() for m in NUMBER.finditer(passage)} - {m.group() for m in found}
            near = {n for n in near if not YEAR.fullmatch(n)}
            if near and self._random.random() < 0.5:
                wrong = self._random.choice(sorted(near))
            else:
                digits = match.group()
                place = self._random.randrange(len(digits.split(".")[0]))
                place = place if digits[place].isdigit() else 0
                other = self._random.choice([d for d in "123456789" if d != digits[place]])
                wrong = digits[:place] + other + digits[place + 1 :]
        return text[: match.start()] + wrong + text[match.end() :]

    def _date(self, text: str) -> str | None:
        years, months = list(YEAR.finditer(text)), list(MONTH.finditer(text))
        if not years and not months:
            return None
        match = self._random.choice(years + months)
        if match.group().isdigit():
            wrong = str(int(match.group()) + self._random.choice([-10, -3, -2, -1, 1, 2, 3, 10]))
        else:
            wrong = self._random.choice([m for m in MONTHS if m != match.group()])
        return text[: match.start()] + wrong + text[match.end() :]

    def _name(self, text: str, passage: str) -> str | None:
        months = set(MONTHS)
        found = [m for m in NAME.finditer(text) if not months & set(m.group().split())]
        if not found:
            return None
        match = self._random.choice(found)
        own = set(text.split())
        near = [n for n in NAME.findall(passage) if not (set(n.split()) & (own | months))]
        pool = near if near and self._random.random() < 0.5 else self._names
        options = [n for n in pool if not set(n.split()) & own]
        return text[: match.start()] + self._random.choice(options) + text[match.end() :]

    def _negate(self, text: str) -> str | None:
        if DENIED.search(text):
            return DENIED.sub("", text, count=1)
        auxiliary = AUXILIARY.search(text)
        if auxiliary:
            return text[: auxiliary.end()] + " not" + text[auxiliary.end() :]
        past = PAST.search(text)
        return text[: past.start()] + "never " + text[past.start() :] if past else None

    def _word(self, text: str) -> str | None:
        """Puts another word of the same ending in a word's place, as a writer errs who guesses."""
        found = [m for m in CONTENT_WORD.finditer(text) if m.group() not in SYNONYMS]
        if not found:
            return None
        match = self._random.choice(found)
        ending = match.group()[-2:]
        drawn = self._random.sample(self._others, min(60, len(self._others)))
        words = {w for other in drawn for w in CONTENT_WORD.findall(other) if w.endswith(ending)}
        words = {w for w in words if w[:4] != match.group()[:4]} - set(text.split())
        if not words:
            return None
        return text[: match.start()] + self._random.choice(sorted(words)) + text[match.end() :]

    def _elsewhere(self, sentence: str) -> str:
        """Gives the sentence of another document that shares most words with this one."""
        own = set(re.findall(r"[a-z]{4,}", sentence.lower()))
        drawn = self._random.sample(self._others, min(60, len(self._others)))
        return max(drawn, key=lambda other: len(own & set(re.findall(r"[a-z]{4,}", other.lower()))))
