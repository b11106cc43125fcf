"""What is no whole question: "why?", "and in Germany?", "who else?", "more".

It is completed with the words of the question before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.conversation.antecedents import Said, find_antecedent
from rag.conversation.lexicon import ASKING, AUXILIARIES, DO, OBJECT_PRONOUNS, OWNERS
from rag.conversation.phrases import Phrase, find_phrases
from rag.terms import WORD, stem

AND = r"(?:(?:and|but|so|or|ok(?:ay)?|yes|well)\b[\s,]*)*"
ASKS = (
    r"(?:why(?:\s+not)?|how(?:\s+(?:much|many|long|often|far|old|big|so|come))?|who|whom|where"
    r"|which(?:\s+ones?)?|(?:since|until|from|by)\s+when|when(?:\s+exactly)?|(?:by|for|with|to|from)\s+whom)"
)
BARE = re.compile(rf"{AND}(?P<ask>{ASKS})(?:\s+exactly)?\s*[?!.]*", re.I)
ELSE = re.compile(
    rf"{AND}(?:(?P<ask>who|what|where|which|when|how|why)\s+(?:else|others?(?:\s+ones)?)"
    r"|any(?:thing|one|body|where)?\s+(?:else|others?|more)|(?:are\s+there\s+)?(?:any\s+)?others)\s*[?!.]*",
    re.I,
)
MORE = re.compile(
    rf"{AND}(?:(?:please\s+)?(?:(?:tell|show|give)\s+(?:me\s+)?)?(?:some\s+|a\s+(?:bit|little)\s+)?more"
    r"(?:\s+(?:details?|info(?:rmation)?|please|about\s+(?:it|that|this)))*|go\s+on|continue|elaborate"
    r"|(?:any\s+|some\s+)?details|(?:please\s+)?explain)(?:\s+please)?\s*[?!.]*",
    re.I,
)
ABOUT = re.compile(
    rf"{AND}(?:(?P<about>what|how)\s+about\s+|(?<=and )|(?<=but )|(?<=or ))"
    r"(?P<topic>[^?!]+?)\s*[?!.]*",
    re.I,
)
PLACED = re.compile(
    rf"{AND}(?:(?:what|how)\s+about\s+)?(?P<link>in|at|for|since|before|after|by|on|from|under|during|until"
    r"|with|without|between|outside|within|to|of|among)\s+(?P<what>[^?!]{1,60}?)\s*[?!.]*",
    re.I,
)
FIRST = re.compile(
    r"(?P<ask>(?:in|at|by|for|with|to|from|since|until|on)?\s*(?:who|whom|whose|what|when|where|which|why|how)\b)"
    r"(?P<noun>(?:\s+(?!(?:is|are|was|were|do|does|did|can|could|will|would|shall|should|may|might|must|has"
    r"|have|had)\b)[^\s?]+){0,6}?)"
    r"\s+(?P<aux>is|are|was|were|do|does|did|can|could|will|would|shall|should|may|might|must|has|have|had)"
    r"\s+(?P<rest>[^?!]+?)\s*[?!.]*",
    re.I,
)
YES_NO = re.compile(
    r"(?P<aux>is|are|was|were|do|does|did|can|could|will|would|should|may|might|must|has|have|had)\s+"
    r"(?P<rest>[^?!]+?)\s*[?!.]*",
    re.I,
)
FURTHER = re.compile(r"^(?:who|what|where|which|when|why|how)\b", re.I)
OBJECT = re.compile(r"\s+(?P<object>[^,;.]+?)(?=[,;.]|\s+(?:and|but|because|while|so)\b|$)")
TIMES = frozenset({"in", "since", "before", "after", "until", "by", "during"})
MANY = {"is": "are", "was": "were", "does": "do", "has": "have"}
LONGEST_OBJECT = 9  # words
LONGEST_TOPIC = 7  # words


def is_fragment(question: str) -> bool:
    """Whether a question needs another before it: "why?", "and in Germany?"."""
    text = question.strip()
    is_whole = not any(pattern.fullmatch(text) for pattern in (BARE, ELSE, MORE))
    return not is_whole or _match_place(text) is not None


def _match_place(text: str) -> re.Match[str] | None:
    """Matches "and in Germany?", but not "in which regions is mining forbidden?"."""
    found = PLACED.fullmatch(text)
    words = {word.lower() for word in found["what"].split()} if found else set()
    return None if words & (ASKING | AUXILIARIES) else found


def complete_fragment(question: str, said: Sequence[Said]) -> str | None:
    """Gives the whole question; None where it is one already."""
    text, last = question.strip(), said[-1]
    if bare := BARE.fullmatch(text):
        return _ask_again(bare["ask"].lower(), last)
    if further := ELSE.fullmatch(text):
        return _ask_further(further["ask"], said)
    if MORE.fullmatch(text):
        return _tell_more(said)
    if placed := _match_place(text):
        return _place_anew(placed["link"].lower(), placed["what"], last.question)
    about = ABOUT.fullmatch(text)
    if about and is_topic(about["topic"]) and not _has_pronoun(about["topic"]):
        return _swap(_alike(about["topic"], said).question, about["topic"])
    return None


def _has_pronoun(words: str) -> bool:
    return not (OWNERS | OBJECT_PRONOUNS).isdisjoint(words.lower().split())


def is_topic(words: str) -> bool:
    """Whether these words name something and ask nothing."""
    first = words.split(maxsplit=1)[0].lower() if words.strip() else ""
    return 0 < len(words.split()) <= LONGEST_TOPIC and first not in ASKING | AUXILIARIES


def _alike(topic: str, said: Sequence[Said]) -> Said:
    """Gives the last turn that asks of the same kind of thing, or else the last."""
    heads = {phrase.head for phrase in find_phrases(f" {topic}")}
    alike = (t for t in reversed(said) if heads & {p.head for p in find_phrases(t.question)})
    return next(alike, said[-1])


def _ask_again(ask: str, last: Said) -> str:
    """Asks "why" of what "what does the bank want?" was asked and answered of."""
    before = FIRST.fullmatch(last.question) or YES_NO.fullmatch(last.question)
    if before is None or ask in {"why not", "how come"} or ask.startswith("which"):
        return f"{ask}: {last.question}"
    asked = before.groupdict().get("ask") or ""
    aux, rest, noun = before["aux"].lower(), before["rest"], before.groupdict().get("noun") or ""
    if asked.lower() in {"who", "what", "which", "whom"}:
        if aux not in DO or noun:
            name = _answer_subject(last.answer) if asked.lower() == "who" and not noun else ""
            return f"{ask} {aux} {name} {rest}?" if name else f"{ask}: {last.question}"
        if ask in {"how much", "how many"}:
            return f"{ask} {aux} {rest}?"
        return f"{ask} {aux} {rest} {_object_of(rest, last.answer) or 'that'}?"
    return f"{ask} {aux} {rest}?"


def _answer_subject(answer: str) -> str:
    """Gives the name with which an answer begins."""
    phrases = find_phrases(f"\n{answer[:200]}")
    first = phrases[0] if phrases else None
    return first.text if first and first.start <= 1 and first.is_name else ""


def _object_of(rest: str, answer: str) -> str:
    """Gives what the answer says after the question's verb: "wants an almost total ban"."""
    words = [m[0].lower() for m in WORD.finditer(rest)]
    verb = stem(words[-1]) if words else ""
    for word in WORD.finditer(answer[:400]):
        if stem(word[0].lower()) == verb:
            found = OBJECT.match(answer, word.end())
            if found and len(found["object"].split()) <= LONGEST_OBJECT:
                return found["object"]
    return ""


def find_object(last: Said) -> str:
    """Gives what an answer says that somebody wants, proposes, bans: "an almost total ban"."""
    before = FIRST.fullmatch(last.question)
    is_asked_for = before is not None and before["ask"].lower() == "what" and not before["noun"]
    if before is None or not is_asked_for or before["aux"].lower() not in DO:
        return ""
    return _object_of(before["rest"], last.answer)


def find_statement(last: Said, named: Sequence[Phrase]) -> str:
    """Gives what was said last, in few words: "an almost total ban", "China ban crypto".

    Args:
        last: the turn before.
        named: phrases that the question names already, to be left out.
    """
    before = FIRST.fullmatch(last.question) or YES_NO.fullmatch(last.question)
    if before is None:
        return ""
    statement = _object_of(before["rest"], last.answer) or before["rest"]
    for phrase in named:
        statement = statement.replace(phrase.text, "").strip()
    return statement


def _ask_further(ask: str | None, said: Sequence[Said]) -> str:
    last = said[-1].question
    begun = FURTHER.match(last)
    if begun is None or (ask and ask.lower() != begun[0].lower() and ask.lower() != "which"):
        return f"{ask or 'what'} else: {last}"
    rest = last[begun.end() :]
    if begun[0].lower() == "which" and re.match(r"\s+(?!of\b)\w", rest):
        return f"{begun[0]} other{rest}"
    return f"{begun[0]} else{rest}"


def _tell_more(said: Sequence[Said]) -> str:
    topic = said[-1].topic or find_antecedent("any", said)
    return f"tell me more about {topic.text}" if topic else said[-1].question


def _place_anew(link: str, what: str, question: str) -> str:
    """Puts "in Germany" in the place of "in Russia", or at the end."""
    new = next(iter(find_phrases(f" {what}")), None)
    for phrase in find_phrases(question):
        if new is None or new.is_date != phrase.is_date or new.is_name != phrase.is_name:
            continue
        linked = re.search(r"(\w+)\s+$", question[: phrase.start])
        word = linked[1].lower() if linked else ""
        if linked and (word == link or (new.is_date and word in TIMES)):
            return f"{question[: linked.start()]}{link} {what}{question[phrase.end :]}"
        if new.is_place and phrase.is_place:
            return question[: phrase.start] + what + question[phrase.end :]
    return f"{question.rstrip(' ?!.')} {link} {what}?"


def _swap(question: str, topic: str) -> str:
    """Asks the question before of something else."""
    new = find_phrases(f" {topic}")
    old = _counterpart(new[0] if new else None, find_phrases(question))
    if old is None:
        return f"{question.rstrip(' ?!.')}, {topic}?"
    is_many = bool(new) and new[0].is_plural and not old.is_plural
    begun = _agree(question[: old.start]) if is_many else question[: old.start]
    return begun + topic + question[old.end :]


def _agree(begun: str) -> str:
    """Puts the verb before a subject in the plural."""
    return re.sub(r"\b(is|was|does|has)(?=\s+$)", lambda m: MANY[m[0].lower()], begun, flags=re.I)


def _counterpart(new: Phrase | None, phrases: Sequence[Phrase]) -> Phrase | None:
    """Gives the phrase whose place a new one takes: the likest, or else the first."""
    if not phrases:
        return None
    if new is None:
        return phrases[0]

    def likeness(phrase: Phrase) -> tuple[bool, ...]:
        return (
            phrase.is_date == new.is_date,
            phrase.is_place == new.is_place,
            phrase.head == new.head,
            not phrase.is_relational,
            phrase.is_name == new.is_name or phrase.is_body == new.is_body,
            phrase.is_person == new.is_person,
        )

    return max(phrases, key=likeness)
