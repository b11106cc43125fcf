"""What form a question has: what kind of answer it asks for.

Rules over the words alone. Every text has a form: what no rule knows asks for a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.terms import extract_terms

Form = Literal[
    "greeting", "thanks", "farewell", "abilities",
    "overview", "mentions", "comparison", "yes_no", "definition", "reason", "several", "fact",
]  # fmt: skip

MOST_SIDES = 4
LONGEST_DEFINED = 5  # words: "what is the second payment law of the Duma" is no term

GREETING = re.compile(
    r"(?:(?:(?:hi+|hel+o+|hey+|hiya|howdy|greetings|good\s*(?:morning|day|afternoon|evening))\b"
    r"(?:\s+(?:there|all|everyone|again|footnote|world|friend|bot|folks))?|how\s+(?:are|r)\s+(?:you|u)(?:\s+doing)?)[\s,.!?]*)+",
    re.I,
)
THANKS = re.compile(
    r"(?:(?:ok(?:ay)?|great|perfect|nice|cool|good|many)[\s,!.]+)*(?:thanks?(?:\s+(?:you|u))?|thx|ty"
    r"|cheers|great|perfect|nice|cool|well done)"
    r"(?:\s+(?:a lot|so much|very much|again|for .{1,40}))?",
    re.I,
)
FAREWELL = re.compile(
    r"(?:good\s*)?bye(?:[\s-]*bye)?|see\s+(?:you|ya)(?:\s+later)?|good\s*night", re.I
)
YOU = r"(?:you|u|this\s+(?:app|tool|site|page|assistant|bot|thing)|footnote)"
ABILITIES = re.compile(
    rf"(?:what|wat)\s+(?:can|could|do|does)\s+{YOU}\s+(?:do|help.*|answer|know)(?:\s+for\s+me)?"
    rf"|what\s+(?:else\s+)?can\s+i\s+(?:ask|do)(?:\s+(?:you|here))?|(?:who|what)\s+(?:are|r)\s+{YOU}"
    rf"|(?:please\s+)?help(?:\s+me)?|how\s+(?:do|can|should)\s+i\s+(?:use|ask)\s+{YOU}"
    rf"|how\s+does\s+{YOU}\s+work|what\s+is\s+(?:this|footnote)|what\s+is\s+this\s+{YOU}"
    r"|(?:what|which|how\s+many)\s+(?:documents?|files?|sources?)\s+(?:do\s+you\s+have|are\s+there"
    r"|are\s+in\s+(?:here|the\s+library)|do\s+you\s+know)|list\s+(?:all\s+)?(?:the\s+|your\s+)?documents",
    re.I,
)

SOCIAL: dict[Form, re.Pattern[str]] = {
    "abilities": ABILITIES,
    "greeting": GREETING,
    "thanks": THANKS,
    "farewell": FAREWELL,
}

COURTESY = re.compile(
    r"(?:(?:hi|hello|hey|please|pls|ok(?:ay)?|so|well|and|but|also)\b[\s,!.]+"
    r"|(?:can|could|would|will)\s+(?:you|u)\s+(?:please\s+)?"
    r"(?=(?:tell|explain|give|show|list|name|sum+[ae]r|compare|describe|define)\w*\b)"
    r"|(?:tell\s+me|explain(?:\s+to\s+me)?|show\s+me|do\s+you\s+know|any\s+idea|i\s+wonder"
    r"|i(?:['’]d|\s+would)\s+like\s+to\s+know|i\s+(?:want|need)\s+to\s+know)[\s,:]+"
    r"(?=(?:who|whom|whose|what|when|where|which|why|how|if|whether)\b))",
    re.I,
)
MISSPELT = {
    "wat": "what", "waht": "what", "wht": "what", "whats": "what is", "whos": "who is",
    "hwo": "who", "wo": "who", "wich": "which", "whcih": "which", "wen": "when",
    "wehn": "when", "wher": "where", "wy": "why", "hw": "how", "hows": "how is",
}  # fmt: skip
# "List countries that ban …" is read as what a document would answer: "which countries ban …".
LIST_THAT = re.compile(
    r"(?:^|(?<=,\s))(?:list|name|enumerate|give\s+me|show\s+me)\s+(?:all\s+)?(?:of\s+)?"
    r"(?:(?:the|my)\s+)?"
    r"(?P<things>(?:[\w-]+\s+){1,3}?)(?:that|which|who)\s+(?=\w)",
    re.I,
)
WHO_RUNS = re.compile(
    r"(?P<who>who)\s+(?:runs|is\s+(?:in\s+charge|at\s+the\s+(?:head|top))\s+of)\b",
    re.I,
)
COURTEOUS_END = re.compile(r"[\s,]+(?:please|pls|thanks?(?:\s+you)?|thx)\s*([?.!]*)$", re.I)

SUMMARY = r"(?:sum+[ae]r(?:y|i[sz]ed?|ies)|overview|outline|gist|recap|tl;?dr|digest)"
POINTS = (
    r"(?:main|key|most\s+important|central|chief)\s+"
    r"(?:points?|ideas?|messages?|findings|facts|topics?|takeaways?)"
)
ABOUT = re.compile(
    r"(?:(?:give|write|make|get|show)\s+(?:me\s+|us\s+)?)?"
    r"(?:an?\s+|the\s+)?(?:short\s+|brief\s+|quick\s+)?"
    rf"(?:{SUMMARY}|sum\s+up|what\s+(?:are|is)\s+the\s+{POINTS}|(?:the\s+)?{POINTS})"
    r"(?:\s*(?:of|on|about|in|from|for|:)\s*|\s+|$)(?P<topic>.*)",
    re.I | re.S,
)
WHAT_ABOUT = re.compile(
    r"what(?:['’]?s|\s+is|\s+are|\s+was)?\s+(?P<topic>.{1,80}?)\s+(?:all\s+)?about", re.I
)
TELL_ABOUT = re.compile(
    r"(?:(?:tell|inform)\s+(?:me|us)\s+(?:more\s+|something\s+|everything\s+|all\s+)?about"
    r"|what\s+(?:do|can)\s+(?:you|the\s+(?:documents|texts|sources|files))\s+(?:know|say|tell(?:\s+me)?)"
    r"\s+(?:about|of|on)|what\s+is\s+(?:known|said|written)\s+(?:about|of|on)"
    r"|(?:is\s+there\s+)?(?:any|some)thing\s+(?:about|on)|(?:any\s+)?info(?:rmation)?\s+(?:about|on)"
    r"|describe)\s+"
    r"(?P<topic>(?!who\b|what\b|when\b|where\b|why\b|how\b|which\b).+)",
    re.I | re.S,
)
# "Nabiullina", "digital ruble": a thing is named and nothing asked.
BARE_TOPIC = re.compile(r"(?:the\s+)?[^\W\d_][\w’'-]+(?:\s+[^\W\d_][\w’'-]+)?", re.I)
WHAT_SAYS = re.compile(
    r"what\s+(?:does|do|is\s+in)\s+(?P<topic>(?:the|this|these|my|that)\s+(?:[\w'’-]+\s+){0,6}?"
    r"(?:documents?|reports?|files?|papers?|articles?|notes?|guides?|pdfs?|texts?|corpus|library))"
    r"(?:\s+(?:say|cover|contain|tell|discuss)\w*)?",
    re.I,
)
EVERYTHING = re.compile(
    r"(?:(?:all(?:\s+of)?|this|these|those|that|the|my|your|our|it|them|whole|entire|everything|here|in"
    r"|documents?|docs?|files?|texts?|papers?|corpus|library|collection|sources?|please|for\s+me"
    r"|stuff|thing)\b[\s,]*)*",
    re.I,
)

DOCUMENTS = r"(?:documents?|docs?|files?|sources?|texts?|papers?|reports?|articles?)"
SPEAK = (
    r"(?:mentions?|discuss(?:es)?|covers?|contains?|names?|cites?|includes?"
    r"|(?:talks?|speaks?|writes?|tells?|(?:is|are)|says?\s+(?:anything|something))\s+(?:about|of|on)"
    r"|(?:deals?\s+with|refers?\s+to))"
)
# "Which documents mention …": the answer is a list of documents, not what they say.
MENTIONS = tuple(
    re.compile(form, re.I | re.S)
    for form in (
        rf"(?:in\s+)?(?:which|what|how\s+many)\s+(?:of\s+(?:the|my|these)\s+)?{DOCUMENTS}\s+"
        rf"(?:do\s+)?{SPEAK}\s+(?P<topic>.+)",
        rf"in\s+(?:which|what|how\s+many)\s+{DOCUMENTS}\s+(?:is|are|does|do)\s+(?P<topic>.+?)\s+"
        r"(?:mentioned|named|discussed|occur|appear)",
        rf"(?:list|show|find|name|give)\s+(?:me\s+)?(?:all\s+)?(?:the\s+|my\s+)?{DOCUMENTS}\s+"
        rf"(?:(?:that|which)\s+{SPEAK}|mentioning|discussing|containing|about|on|with|naming)\s+"
        r"(?P<topic>.+)",
        r"where\s+(?:is|are)\s+(?P<topic>.+?)\s+(?:mentioned|named|discussed)",
    )
)

ARTICLE = re.compile(r"^(?:the|an?)\s+", re.I)

VERSUS = re.compile(r"(?P<sides>.+?\s+(?:vs?\.?|versus|compared\s+(?:to|with))\s+.+)", re.I | re.S)
DIFFERENCE = re.compile(
    r".*?\b(?:dif+e?r[ea]n[cs]es?|distinction|contrast)\s+(?:is\s+|are\s+)?(?:there\s+)?between\s+"
    r"(?P<sides>.+)",
    re.I | re.S,
)
COMPARE = re.compile(r"(?:compare|contrast)\s+(?P<sides>.+)", re.I | re.S)
DIFFER = re.compile(
    r"(?:how|in\s+what\s+way)\s+(?:do|does|did|is|are)\s+(?P<sides>.+?)\s+(?:differ|different|compare)\b(?P<more>.*)",
    re.I | re.S,
)
SIDE_BREAK = re.compile(
    r"\s*,\s*(?:and\s+)?|\s+(?:and|with|to|against|from|than|vs?\.?|versus|compared\s+(?:to|with))\s+",
    re.I,
)
SIDE_NOISE = re.compile(
    r"^(?:what\s+(?:is|are)\s+|how\s+(?:is|are|do|does)\s+|the\s+positions?\s+of\s+)|\s+(?:each\s+other)$",
    re.I,
)

# "According to the report, who …": it tells where to look, and is no part of what is asked.
SOURCE = re.compile(
    r"(?:according\s+to|based\s+on|as\s+(?:stated|reported|mentioned|described)\s+in)\b.{2,160}?,\s*"
    r"(?=(?:(?:in|on|at|by|to|for|from)\s+(?:what|which|whom)|who|whom|whose|what|when|where|which|why"
    r"|how|is|are|was|were|do|does|did|can|has|have|had|list|name|describe|explain|sum+[ae]r)\w*\b)",
    re.I | re.S,
)
ASKING = r"(?:who|whom|whose|what|when|where|which|why|how)"
ASKS = re.compile(
    rf"(?:{ASKING}|is|are|was|were|do|does|did|can|may|must|has|have|will|list|name|tell|explain"
    r"|define|compare|sum+[ae]r)\w*\b",
    re.I,
)
YES_NO = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|may|must|has|have|had|will|would|should|isn['’]?t"
    r"|aren['’]?t|doesn['’]?t|don['’]?t|didn['’]?t|if|whether)\s+\w",
    re.I,
)
DEFINITION = re.compile(
    r"(?:what(?:['’]?s|\s+(?:is|are|was|were|does))?|define|explain|definition\s+of|meaning\s+of|who(?:['’]?s|\s+is))"
    r"\s+(?:meant\s+by\s+)?(?P<term>.+?)(?:\s+mean|\s+stand\s+for)?",
    re.I,
)
DEFINES = re.compile(r"define|explain|definition|meaning|.*\b(?:mean|stand\s+for)\b", re.I)
# "the date of the letter", "the share in 2022": a fact about something, not a term.
RELATION = re.compile(
    r"\b(?:of|in|on|for|by|from|to|at|does|do|did|has|have|was|were|is|are)\b", re.I
)
REASON = re.compile(
    r"why\b|(?:for\s+)?what\s+(?:reasons?|causes?d?)\b|how\s+come\b|.*\breasons?\b", re.I
)
MANY = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|\d+)"
# A noun in -s stands near: "which countries", "which large banks"; "which bank was" asks for one.
SINGULAR = (
    r"(?:was|is|has|does|did|country|state|bank|company|exchange|law|body|ministry|party|person|one|year"
    r"|month|date|day|part|document|kind|sort|city|region|agency|group|coin)\b"
)
PLURAL = rf"(?:(?!{SINGULAR})\w+\s+){{0,2}}?(?!{SINGULAR})\w+[^\Wsui]s\b"
SEVERAL = re.compile(
    r"list\b|enumerate\b|name\s+(?:all|the|some|\w+\s+\w+s\b)|(?:who|what|which)\s+(?:are|were)\b"
    rf"|(?:in\s+)?which\s+(?:of\b|{MANY}\b|{PLURAL})"
    r"|what\s+(?:\w+\s+)?(?:countries|conditions|rules|steps|ways|kinds|types|risks|measures)\b"
    r"|.*\b(?:all\s+the|examples\s+of|everyone\s+who)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is read.

    Attributes:
        text: as it is looked up, without courtesies such as "could you please tell me".
        form: what kind of answer it asks for.
        topics: the things compared, what an overview is to be of (empty for the whole library), or
            what documents are to mention.
    """

    text: str
    form: Form
    topics: tuple[str, ...] = ()


def read_question(text: str) -> Question:
    """Gives the form of one question; any text has one."""
    text = " ".join(text.split())
    said = text.strip(" \t?!.,:;)(")
    for form, pattern in SOCIAL.items():
        if pattern.fullmatch(said):
            return Question(text, form)
    asked = strip_courtesy(text)
    bare = asked.strip(" ?!.,:;")
    for pattern in MENTIONS:
        found = pattern.fullmatch(bare)
        if found and extract_terms(found["topic"]):
            return Question(asked, "mentions", (ARTICLE.sub("", found["topic"]),))
    topic = _find_overview(strip_source(bare))
    if topic is not None:
        return Question(asked, "overview", (topic,) if topic else ())
    sides = _find_sides(bare)
    if len(sides) > 1:
        return Question(asked, "comparison", sides)
    return Question(asked, _find_plain_form(strip_source(bare)))


def strip_courtesy(text: str) -> str:
    """Gives a question without "please" or "could you tell me", put as documents answer it.

    Its first word is spelt right, and "list … that" and "who runs" are said in other words.
    """
    text = text.strip()
    while True:
        found = COURTESY.match(text)
        if not found or not text[found.end() :].strip(" ?!."):
            return _put_plainly(_correct_first_word(COURTEOUS_END.sub(r"\1", text) or text))
        text = text[found.end() :].lstrip()


def _put_plainly(text: str) -> str:
    """Gives a question in the words that documents are more likely to answer it with."""
    return LIST_THAT.sub(
        r"which \g<things>", WHO_RUNS.sub(r"\g<who> heads", text, count=1), count=1
    )


def strip_source(text: str) -> str:
    """Gives a question without the words at its beginning that name where the answer stands."""
    begun = SOURCE.match(text)
    return text[begun.end() :] if begun else text


def _correct_first_word(text: str) -> str:
    first, _, rest = text.partition(" ")
    return f"{MISSPELT[first.lower()]} {rest}" if rest and first.lower() in MISSPELT else text


def _find_overview(bare: str) -> str | None:
    """Gives the topic of an overview, empty for everything; None where none is asked for."""
    for pattern in (ABOUT, WHAT_ABOUT, TELL_ABOUT, WHAT_SAYS):
        found = pattern.fullmatch(bare)
        if found:
            topic = found["topic"].strip(" ?!.,:;")
            return "" if EVERYTHING.fullmatch(topic) else topic
    words = bare.split()
    if BARE_TOPIC.fullmatch(bare) and all(extract_terms(w) for w in words if w.lower() != "the"):
        return None if ASKS.match(bare) else bare
    return None


def _find_sides(bare: str) -> tuple[str, ...]:
    for pattern in (DIFFERENCE, DIFFER, COMPARE, VERSUS):
        found = pattern.fullmatch(bare)
        if found:
            more = found.groupdict().get("more") or ""
            sides = SIDE_BREAK.split(found["sides"] + (more if SIDE_BREAK.match(more) else ""))
            cleaned = (SIDE_NOISE.sub("", side.strip(" ,?")) for side in sides)
            return tuple(dict.fromkeys(s for s in cleaned if extract_terms(s)))[:MOST_SIDES]
    return ()


def _find_plain_form(bare: str) -> Form:
    if REASON.match(bare):
        return "reason"
    if YES_NO.match(bare):
        return "fact" if re.search(r"\bor\b", bare, re.I) else "yes_no"
    defined = DEFINITION.fullmatch(bare)
    if defined and (DEFINES.match(bare) or _is_term(defined["term"], bare)):
        return "definition"
    return "several" if SEVERAL.match(bare) else "fact"


def _is_term(words: str, bare: str) -> bool:
    if re.match(r"(?:what|who)\s+(?:are|were)\s+the\b", bare, re.I):
        return False
    links = re.match(r"(?:what|who)(?:['’]?s|\s+(?:is|are|was|were))\s", bare, re.I)
    return bool(links) and len(words.split()) <= LONGEST_DEFINED and not RELATION.search(words)
