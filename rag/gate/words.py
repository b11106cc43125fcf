"""What a sentence says, in units that can be compared: terms, figures, names and denials."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.quantities import WORDS, find_quantities
from rag.terms import STOP_WORDS, stem

SHORTEST_PREFIX = 5  # letters that two forms of one word share: "regulate", "regulatory"
LONGEST_ENDING = 4  # letters by which they may differ
SCALES = frozenset(map(stem, "thousand million billion trillion percent".split()))
NEGATED_TERMS = 2  # terms that a negation reaches
NEGATION = re.compile(
    r"^(?:not|never|no|neither|nor|nobody|none|nothing|cannot|without|hardly|barely|den(?:y|ies|ied)"
    r"|fail(?:s|ed)?|refus(?:e|es|ed)|lack(?:s|ed)?|false(?:ly)?|untrue)$|n't$",
    re.I,
)
TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?![^\W\d_])|[^\W_]+(?:['’][^\W\d_]+)*")
SPACED_PUNCTUATION = re.compile(r"(?<=\S)\s+(?=[,.;:!?%)\]](?:\s|$))|(?<=[(\[$€£])\s+")
LEADING_REPLY = re.compile(r"\s*(?:yes|no)\s*[,;:.–—-]+\s*", re.I)
PRONOUN = re.compile(r"\b(?:he|she|it|they|his|her|hers|its|their|theirs|him|them)\b", re.I)
COMMON_BEGINNING = re.compile(r".*(?:ly|ing|ed|[^siu]s|tion|ment|ness|ity)$|.{1,2}$")

# Forms that no stemmer brings together.
FORMS = """\
become: became
begin: began begun
break: broke broken
bring: brought
build: built
buy: bought
catch: caught
choose: chose chosen
come: came
do: done
draw: drew drawn
drive: drove driven
eat: ate eaten
fall: fell fallen
feel: felt
fight: fought
find: found
fly: flew flown
forbid: forbade forbidden
forget: forgot forgotten
get: got gotten
give: gave given
go: went gone
grow: grew grown
hear: heard
hide: hid hidden
hold: held
keep: kept
know: knew known
lead: led
leave: left
lend: lent
lose: lost
make: made
mean: meant
meet: met
pay: paid
ride: rode ridden
rise: rose risen
run: ran
say: said
see: saw seen
sell: sold
send: sent
shake: shook shaken
shoot: shot
show: shown
sing: sang sung
sink: sank sunk
sit: sat
speak: spoke spoken
spend: spent
stand: stood
steal: stole stolen
strike: struck
swim: swam swum
take: took taken
teach: taught
tell: told
think: thought
throw: threw thrown
wear: wore worn
win: won
write: wrote written
man: men
woman: women
child: children
person: people"""
IRREGULAR = {
    form: base
    for base, forms in (line.split(": ") for line in FORMS.splitlines())
    for form in forms.split()
}
# One in a sentence where its source has the other turns round what is said.
OPPOSED = """\
increase rise grow gain climb / decrease fall decline drop shrink lose
more higher greater larger / less fewer lower smaller
win / lose
allow permit legal approve legalise / ban forbid prohibit illegal reject outlaw
support favour favor back endorse / oppose reject resist
accept agree / reject refuse disagree
before / after
first / last
begin start open / end stop close finish
above / below
north / south
east / west
northern / southern
eastern / western
maximum / minimum
major / minor
male man / female woman
positive / negative
success succeed / failure fail
appear / disappear
include / exclude
import / export
true / false
safe / dangerous
always / never
early earlier / late later
old oldest older / new newest newer young"""


def _find_opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for pair in OPPOSED.splitlines():
        left, right = (frozenset(map(stem, side.split())) for side in pair.split(" / "))
        for own, other in ((left, right), (right, left)):
            for term in own:
                found[term] = found.get(term, frozenset()) | other
    return found


OPPOSITES = _find_opposites()


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence taken apart.

    Attributes:
        terms: content terms in order, without figures.
        figures: sums, shares and dates, each in one form.
        names: terms of its names.
        negated: terms that a negation reaches.
        directions: terms that have an opposite, stop words such as "before" among them.
        tokens: all words, folded, for a comparison word by word.
        has_pronoun: whether somebody is meant who may be named elsewhere.
    """

    terms: tuple[str, ...]
    figures: frozenset[str]
    names: frozenset[str]
    negated: frozenset[str]
    directions: frozenset[str]
    tokens: tuple[str, ...]
    has_pronoun: bool


def read(sentence: str) -> Reading:
    """Takes a sentence apart."""
    sentence = SPACED_PUNCTUATION.sub("", sentence.replace("’", "'"))
    claim = LEADING_REPLY.sub("", sentence, count=1) if LEADING_REPLY.match(sentence) else sentence
    words = [match.group() for match in TOKEN.finditer(claim)]
    folded = [word.lower() for word in words]
    stems = [to_term(word) for word in folded]
    content = [i for i, word in enumerate(folded) if _is_content(word, stems[i])]
    return Reading(
        terms=tuple(stems[i] for i in content),
        figures=find_quantities(claim),
        names=_find_names(words, content, stems),
        negated=_find_negated(folded, content, stems),
        directions=frozenset(term for term in stems if term in OPPOSITES),
        tokens=tuple(match.group().casefold() for match in TOKEN.finditer(sentence)),
        has_pronoun=bool(PRONOUN.search(claim)),
    )


def to_term(word: str) -> str:
    """Gives what a lower-case word is compared by."""
    word = word.removesuffix("'s").removesuffix("'")
    if word in WORDS and word != "one":
        return str(WORDS[word])
    return stem(IRREGULAR.get(word, word))


def are_alike(one: str, other: str) -> bool:
    """True for one term, and for two that share all but an ending."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return (
        len(short) >= SHORTEST_PREFIX
        and len(long) - len(short) <= LONGEST_ENDING
        and long.startswith(short)
        and not short[0].isdigit()
    )


def is_known(figure: str, known: frozenset[str]) -> bool:
    """True for a figure that is among these; "2018" and "2018-05" are known from "2018-05-24"."""
    return figure in known or any(other.startswith(f"{figure}-") for other in known)


def _is_content(word: str, term: str) -> bool:
    """False for words that say nothing alone, and for figures, which are compared as such."""
    return word not in STOP_WORDS and word != "s" and term not in SCALES and not term[0].isdigit()


def _find_names(words: list[str], content: list[int], stems: list[str]) -> frozenset[str]:
    names = {stems[i] for i in content if i > 0 and words[i][0].isupper()}
    if content and content[0] == 0 and words[0][0].isupper():
        followed = len(words) > 1 and words[1][0].isupper()
        if followed or words[0].isupper() or not COMMON_BEGINNING.fullmatch(words[0].lower()):
            names.add(stems[0])
    return frozenset(names)


def _find_negated(folded: list[str], content: list[int], stems: list[str]) -> frozenset[str]:
    negated: set[str] = set()
    for i, word in enumerate(folded):
        if NEGATION.search(word):
            negated |= {stems[j] for j in [j for j in content if j > i][:NEGATED_TERMS]}
    return frozenset(negated)
