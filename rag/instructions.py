"""Text that speaks to a language model, where a document should speak to its reader.

Known by what such attempts have in common: they set aside what was said before, give the model a
role or new rules, tell it what to answer or to keep from the person who asks, imitate the marks by
which chats and tools are told apart, or hide words in characters that show nothing. Words that only
speak *about* models and instructions are left alone as far as rules can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

MODEL = (
    r"(?:AI|A\.I\.|LLMs?|(?:large\s+)?language\s+models?|chat\s?bots?|AI\s+(?:assistants?|models?"
    r"|agents?|systems?)|(?:virtual|digital)\s+assistants?|assistants?|GPT(?:-\w+)?|ChatGPT|Claude"
    r"|Gemini|Copilot)"
)
BEFORE = (
    r"(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|initial|original|existing|system"
    r"|former|other|your|given)"
)
TOLD = (
    r"(?:instructions?|prompts?|rules|directions|directives|guidelines|commands|context|messages?"
    r"|constraints|programming|training|safeguards|orders|passages|restrictions|system\s+prompt)"
)
SAY = (
    r"(?:say|answer|reply|respond|output|print|write|state|tell|claim|repeat|confirm|report|insist)"
)

_SPOKEN_TO = (
    "assistant,chatbot,chat bot,language model,llm, ai ,ai:,ai assistant,ai model,gpt,claude"
    ",gemini,copilot"
)
# What such attempts look like, each with the words of which it has one: a long text is read
# closely around these alone.
ATTEMPTS = tuple(
    (tuple(triggers.split(",")), re.compile(pattern, re.I | re.M))
    for triggers, pattern in (
        # What was said before is set aside.
        (
            "ignor,disregard,forget,overrid,bypass,discard,not follow,stop following",
            rf"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|es|ing)|bypass|discard"
            rf"|do\s+not\s+follow|stop\s+following)\s+(?:(?:all|any|every|everything|each|of|the"
            rf"|these|those|my|that|what)\s+)*(?:{BEFORE}\s+(?:\w+\s+){{0,2}}?{TOLD}"
            rf"|{TOLD}\s+(?:that\s+(?:were|was|came)\s+)?(?:above|before|given|so\s+far"
            rf"|you\s+(?:were|have|got))|(?:everything|anything|all)\s+(?:above|before"
            rf"|you\s+were\s+told)|the\s+above\s+and\b|the\s+above[.:!])",
        ),
        (
            "you were told,you have been told,written above,said above,said before",
            r"\b(?:everything|anything|all)\s+(?:that\s+)?(?:you\s+(?:were|have\s+been)\s+told"
            r"|written\s+above|said\s+(?:above|before))\b[^.\n]{0,40}\b(?:void|cancel|invalid"
            r"|no\s+longer|ignore|obsolete)",
        ),
        (
            " void,cancel,revoked,superseded,overridden,obsolete,lifted",
            rf"\b(?:your|the|all)\s+{BEFORE}\s+{TOLD}\s+(?:are|is|have\s+been)\s+(?:now\s+)?"
            r"(?:void|cancel|revoked|superseded|overridden|obsolete|lifted)",
        ),
        # A role, or new rules.
        (
            _SPOKEN_TO,
            rf"\b(?:you\s+are|act|behave|pose|pretend\s+to\s+be)\s+(?:now\s+|no\s+longer\s+)?"
            rf"(?:as\s+)?(?:an?\s+|the\s+)?(?:\w+\s+){{0,3}}?{MODEL}\b[^.\n]{{0,60}}"
            r"\b(?:must|should|will|without|who|that)\b",
        ),
        (
            " mode",
            r"\b(?:you\s+are\s+now|enter|switch\s+to|enable)\s+(?:in\s+)?(?:DAN|developer|debug"
            r"|admin\w*|god|jailbreak|unrestricted)\s+mode\b",
        ),
        (
            "instruction,prompt,directive",
            r"\b(?:new|updated|revised|real|actual|secret|hidden)\s+(?:system\s+)?(?:instructions?"
            rf"|prompt|directives?)\s*(?:for\s+(?:the\s+)?{MODEL}\s*)?:",
        ),
        (
            "from now on",
            r"\bfrom\s+now\s+on,?\s+(?:you|always|never|every\s+answer)\b[^.\n]{0,40}\b(?:must|will"
            r"|are|answer|say|reply|respond|end|begin|speak)",
        ),
        (
            "prompt,instructions,conversation so far",
            r"\b(?:reveal|print|repeat|output|show|leak)\s+(?:me\s+)?(?:your|the)\s+(?:\w+\s+)?"
            r"(?:system\s+prompt|instructions\s+(?:above|you)|hidden\s+instructions"
            r"|initial\s+prompt|conversation\s+so\s+far)",
        ),
        # Spoken to.
        (
            _SPOKEN_TO,
            r"\b(?:note|message|memo|attention|instructions?|notice|reminder|warning|request)\s*"
            rf"(?:to|for|,)?\s+(?:all\s+|any\s+|the\s+|every\s+)?(?:\w+\s+)?{MODEL}"
            r"(?:\s+(?:reading|that|which|who|processing|summari[sz]ing|reviewing)\b|\s*[:,!–—])",
        ),
        (_SPOKEN_TO, rf"\b(?:if|when|as)\s+you\s+are\s+(?:an?\s+)?{MODEL}\b"),
        (_SPOKEN_TO, rf"\b(?:dear|hey|hello|attention,?)\s+{MODEL}\b\s*[,:!–—]"),
        (
            _SPOKEN_TO,
            rf"\b{MODEL}\s+(?:reading|processing|summari[sz]ing|reviewing|parsing|that\s+reads?)\s+"
            r"(?:this|the\s+(?:text|document|page|file))\b[^.\n]{0,30}\b(?:must|should|shall"
            r"|is\s+to|are\s+to|will|has\s+to)",
        ),
        # What to answer, and what to keep from the person.
        (
            "asked,asks,answering,questioned",
            r"\b(?:when|if|whenever)\s+(?:you\s+are\s+|you're\s+)?(?:asked|answering"
            r"|someone\s+asks|the\s+user\s+asks|anyone\s+asks|questioned)\b[^.\n]{0,80}?,?\s*"
            rf"(?:you\s+(?:must|should|will)\s+|always\s+|only\s+|please\s+|then\s+)*{SAY}\b",
        ),
        (
            "you must,you should,exactly,only with,nothing but,the following,the words",
            rf"(?:\byou\s+(?:must|should)\s+(?:now\s+|always\s+|only\s+)*|(?:^|[.!?:]\s+)"
            rf"(?:(?:now|always|only|please),?\s+)*){SAY}\s+(?:exactly|only\s+with|that\s+the"
            r"|with\s+the|the\s+(?:following|words?|sentence)|nothing\s+but)\b",
        ),
        (
            "the user,the reader,person who asks",
            r"\b(?:do\s+not|don't|never)\s+(?:tell|mention|inform|reveal|disclose|warn|alert)\s+"
            r"(?:this\s+|that\s+|it\s+|anything\s+)?(?:\w+\s+)?(?:to\s+)?the\s+(?:user"
            r"|person\s+who\s+asks|reader)\b",
        ),
        ("the user", r"\b(?:tell|inform|convince|assure|persuade)\s+the\s+user\s+(?:that|to)\b"),
        (
            "append,include,insert,embed,render",
            r"\b(?:append|include|insert|embed|render)\s+(?:this|the\s+following|an?)\s+"
            r"(?:\w+\s+)?(?:image|link|sentence|markdown|words?|url|text)\b[^.\n]{0,40}"
            r"\b(?:answers?|repl(?:y|ies)|responses?|output)",
        ),
        # Marks of chats and tools.
        (
            "<|",
            r"<\|\s*(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id"
            r"|end_of_text)\s*\|>",
        ),
        (
            "inst],sys>>,_of_turn>,<tool_,</tool_,<function_,</function_,<invoke",
            r"\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
            r"|</?(?:tool_calls?|function_calls?|tool_response|invoke)\b",
        ),
        (
            "system,developer,assistant",
            r"^[ \t#*\[<(]*(?:system|developer|assistant)\s+(?:prompt|message|override|note|notice"
            r"|instruction)[\s\])>*#]*:|^[ \t#*]*[\[(]\s*system\s*[\])]"
            r"|^[ \t]*#{2,}[ \t]*(?:system|instructions?\s+to\s+the\s+model)\s*:?\s*$"
            r"|^[ \t]*(?:system|developer)\s*:\s*(?:you|ignore|answer|reply|from\s+now|override"
            r"|the\s+user|new|always|never|do\s+not)\b",
        ),
        ("</", r"</\s*(?:passages?|context|user|system|instructions?)\b[^>]{0,40}>"),
        (
            "tool,function,plugin",
            r"\b(?:call|invoke|use|run|execute)\s+(?:the\s+)?(?:tool|function|plugin)\s+[\"'`]?"
            r"\w+[_(]\w*",
        ),
        (
            "\"tool,\"function,\"action,'tool,'function,'action",
            r"[\"'](?:tool|function|tool_name|action)[\"']\s*:\s*[\"']\w+[\"']\s*,\s*[\"']"
            r"(?:arguments|args|input|parameters|path|command|action_input)[\"']\s*:",
        ),
        (
            "---,===,***",
            r"(?:-{3,}|={3,}|\*{3,})\s*(?:end|begin|start)\s+of\s+(?:the\s+)?(?:document|passages?"
            r"|context|data|user\s+input|instructions?|system\s+prompt)",
        ),
        # Images and links by which an answer would send something away.
        (
            "](http,]( http",
            r"!?\[[^\]\n]*\]\(\s*https?://[^)\s]*[?&/=][^)\n]*(?:\{|\[|<|%7B|QUESTION|ANSWER|SECRET"
            r"|PROMPT|HISTORY|CONVERSATION)",
        ),
    )
)
# Characters that show nothing: a text written with tags, or words broken by many of zero width.
TAGS = re.compile(r"[\U000E0020-\U000E007E]{3,}")
BROKEN_WORD = re.compile(r"(?:\w[\u200b\u2060\ufeff]){3,}")
AROUND = 200  # characters before and behind a trigger in which the rest of an attempt stands
PARAGRAPH_END = re.compile(r"\n[ \t]*\n")


def find_instructions(text: str) -> list[tuple[int, int]]:
    """Gives the paragraphs of a text that speak to a language model, as ranges in order."""
    found = sorted({_paragraph_around(text, *words) for words in _find_attempts(text)})
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def first_instruction(text: str) -> str | None:
    """Gives the words by which a text first speaks to a language model; None where it does not."""
    first = min(_find_attempts(text), default=None)
    return text[slice(*first)] if first else None


def _find_attempts(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (TAGS, BROKEN_WORD):
        yield from (match.span() for match in pattern.finditer(text))
    lowered = text.lower()
    is_aligned = len(lowered) == len(text)  # a few letters are longer in lower case
    places: dict[str, list[int]] = {}
    for triggers, pattern in ATTEMPTS:
        for trigger in triggers:
            if trigger not in places:
                places[trigger] = list(_find_all(lowered, trigger))
        found = sorted(place for trigger in triggers for place in places[trigger])
        windows = _join_windows(found, len(text)) if is_aligned else [(0, len(text))]
        for start, end in windows:
            yield from (match.span() for match in pattern.finditer(text, start, end))


def _join_windows(places: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Gives the stretches around places, each character once."""
    windows: list[tuple[int, int]] = []
    for place in places:
        start, end = max(0, place - AROUND), min(length, place + AROUND)
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((start, end))
    return windows


def _find_all(text: str, words: str) -> Iterator[int]:
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + len(words))


def _paragraph_around(text: str, start: int, end: int) -> tuple[int, int]:
    first = 0
    for match in PARAGRAPH_END.finditer(text, 0, start):
        first = match.end()
    after = PARAGRAPH_END.search(text, end)
    return first, after.start() if after else len(text)
