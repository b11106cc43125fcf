"""A follow-up and what was said before to a question that stands alone.

What comes first decides: an ordinal is named, a fragment is completed, pronouns are named, "the
bill" is named in full; and a question that is short of content gets the topic added.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.conversation.antecedents import Ambiguous, Said, find_antecedent, find_topic
from rag.conversation.fragments import complete_fragment, is_fragment, is_topic
from rag.conversation.ordinals import ORDINAL, NoSuchItem, replace_ordinal
from rag.conversation.phrases import Phrase, find_phrases
from rag.conversation.pronouns import find_pronouns, name_pronouns
from rag.question import SOCIAL, read_question, split_question
from rag.records import Turn
from rag.terms import extract_terms

MOST_TURNS = 12  # those before are not looked at
MOST_PHRASES = 2  # of a question that may be short of content
FEW_WORDS = 5
LONGEST_NOUN = 6  # words of what "the bill" is named in full
READ_CHARACTERS = 600  # of an answer

NOTHING_BEFORE = "What is this about? Please ask the whole question: nothing was asked before it."

ABOUT_ITEM = re.compile(
    r"(?P<about>(?:(?:and|but|or)\b\s*)?(?:(?:what|how)\s+about\s+)?)"
    r"(?:the\s+\w+(?:\s+\w+)?|\w+\s+#?\d+)\s*[?!.]*",
    re.I,
)
DEFINITE = re.compile(
    r"\b(?:the|this|that|these|those)\s+(?:same\s+)?(?P<noun>[a-z][\w-]+)"
    r"(?=\s*[?.!,]|\s+(?!(?:of|for|in|on|to|between|from|by|with)\b)[a-z]|$)",
    re.I,
)
# "what is paleo?" brings its own subject; "what is the largest?" does not.
DEFINES = re.compile(
    r"(?:tell\s+me|describe|define|explain|(?:what|who)(?:['’]s|\s+(?:is|are|was|were))\s+"
    r"(?!the\b|some\b|other\b|its\b))",
    re.I,
)
COMPARES = re.compile(
    r"\b(?:other|others|else|same|similar|the\s+(?:\w+est|best|worst|most|least|next|only))\b", re.I
)
COMPLEMENT = re.compile(r"\s+(?:of|between)\b", re.I)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What is searched for.

    Attributes:
        question: as it stands alone; as it was asked, where that is not possible.
        ask_back: one line that asks for what is missing; empty where nothing is.
        before: the question before it, as it stands alone; empty for the first.
    """

    question: str
    ask_back: str = ""
    before: str = ""


def resolve(question: str, turns: Sequence[Turn]) -> Resolution:
    """Gives the question as it would be asked without what was said before.

    A question that stands alone already, or that nothing came before, comes back as it is. Small
    talk is no subject; "who heads the bank and what does it want?" brings its own.
    """
    said: list[Said] = []
    for turn in turns[-MOST_TURNS:]:
        if read_question(turn.question).form not in SOCIAL:
            said.append(_recall(turn, said))
    found, _ = _resolve(question, said)
    return Resolution(found.question, found.ask_back, said[-1].question if said else "")


def _recall(turn: Turn, said: Sequence[Said]) -> Said:
    if turn.searched_for:
        topic = find_topic(turn.searched_for)
        return Said(turn.searched_for, turn.answer, topic, turn.sources)
    found, topic = _resolve(turn.question, said)
    return Said(found.question, turn.answer, topic, turn.sources, bool(found.ask_back))


def _resolve(question: str, said: Sequence[Said]) -> tuple[Resolution, Phrase | None]:
    """Gives the question and its topic."""
    asked = read_question(question)
    about_everything = asked.form == "overview" and not asked.topics
    if asked.form in SOCIAL or (about_everything and not is_fragment(question)):
        return Resolution(question), said[-1].topic if said else None
    if not said:
        return Resolution(question, _miss(question)), find_topic(question)
    first, *more = split_question(question)
    if more and _resolve(first, said)[0].question == first:
        return Resolution(question), find_topic(first)
    try:
        text, topic = _complete(question, said)
    except Ambiguous as several:
        return Resolution(question, f"Do you mean {' or '.join(several.names[:3])}?"), None
    except NoSuchItem as missing:
        return Resolution(question, str(missing)), None
    if text == question and (ask_back := _miss(question)):
        return Resolution(question, ask_back), None
    return Resolution(text), topic or find_topic(text) or said[-1].topic


def _miss(question: str) -> str:
    """Asks for what a question lacks that nothing before it names."""
    if is_fragment(question) or ORDINAL.search(question):
        return NOTHING_BEFORE
    pronouns = find_pronouns(question)
    if not pronouns or find_phrases(question):
        return ""
    return f"Who or what is “{pronouns[0][0][0].lower()}”? Please name it in the question."


def _complete(question: str, said: Sequence[Said]) -> tuple[str, Phrase | None]:
    if said[-1].was_unclear and is_topic(question.strip(" ?!.")):
        return _take_reply(question.strip(" ?!."), said[-1].question), None
    text = replace_ordinal(question, said[-1])
    if text != question:
        alone = ABOUT_ITEM.fullmatch(question.strip())
        item = text.strip()[alone.end("about") :].rstrip(" ?!.") if alone else ""
        return (f"tell me about {item}" if item else text), None
    whole = complete_fragment(text, said)
    if whole is not None:
        return whole, None
    text, topic = name_pronouns(text, said)
    if text == question:
        text, topic = _name_nouns(text, said)
    if text == question:
        text, topic = _add_topic(text, said)
    return text, topic


def _take_reply(reply: str, unclear: str) -> str:
    """Puts what a person names, when asked back, into the question that was not clear."""
    found = ORDINAL.search(unclear) or next((f for f, _ in find_pronouns(unclear)), None)
    return unclear[: found.start()] + reply + unclear[found.end() :] if found else reply


def _name_nouns(text: str, said: Sequence[Said]) -> tuple[str, Phrase | None]:
    """Names "the bill" in full, as it was named before."""
    here = find_phrases(text)
    for found in DEFINITE.finditer(text):
        noun = found["noun"].lower()
        if not any(p.head == noun and p.end == found.end("noun") for p in here):
            continue
        for turn in reversed(said):
            spoken = (turn.question, turn.answer[:READ_CHARACTERS])
            for phrase in (p for words in spoken for p in find_phrases(words)):
                words = len(phrase.text.split()) - phrase.is_definite
                if phrase.head == noun and 1 < words <= LONGEST_NOUN:
                    return text[: found.start()] + phrase.text + text[found.end() :], phrase
    return text, None


def _add_topic(text: str, said: Sequence[Said]) -> tuple[str, Phrase | None]:
    """Adds what the conversation is about to a question that is short of content."""
    if not is_short_of_content(text):
        return text, None
    topic = find_antecedent("any", said)
    if topic is None or topic.terms & set(extract_terms(text)):
        return text, None
    bare = text.rstrip(" ?!.")
    phrases = find_phrases(bare)
    ends_in_relation = phrases and phrases[-1].end == len(bare) and phrases[-1].is_relational
    added = f"of {topic.text}" if ends_in_relation else f"({topic.text})"
    return f"{bare} {added}{text.rstrip()[len(bare) :]}", topic


def is_short_of_content(text: str) -> bool:
    """Whether a question does not say of what: "what are the penalties?", "is there a limit?"."""
    phrases = find_phrases(text)
    names_enough = len(phrases) > MOST_PHRASES or any(p.is_name for p in phrases)
    if names_enough or find_pronouns(text, everywhere=True):
        return False
    if not phrases:
        return True
    if any(_lacks_complement(p, phrases, text) for p in phrases):
        return True
    if len(phrases) > 1:
        return False
    is_bare = phrases[0].is_definite and len(phrases[0].text.split()) == 2
    is_one_word = len(extract_terms(text)) == 1 and not DEFINES.match(text)
    return is_bare or is_one_word or bool(COMPARES.search(text))


def _lacks_complement(phrase: Phrase, phrases: Sequence[Phrase], text: str) -> bool:
    """Whether a phrase such as "the penalties" does not say of what, and is not said of another."""
    is_told = phrase.is_definite or phrase.is_plural or len(text.split()) <= FEW_WORDS
    is_part = any(p is not phrase and p.end == phrase.end for p in phrases)
    follows = " of " in phrase.text or COMPLEMENT.match(text, phrase.end)
    return phrase.is_relational and is_told and not is_part and not follows
