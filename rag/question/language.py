"""The language of a question, where it is clearly not English: by its script or little words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from rag.terms import STOP_WORDS, WORD

MOSTLY = 0.5  # of the letters

SCRIPTS = {
    "CYRILLIC": "a language written in Cyrillic",
    "ARABIC": "a language written in Arabic script",
    "DEVANAGARI": "a language written in Devanagari",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "CJK": "Chinese or Japanese",
    "HANGUL": "Korean",
    **{
        name.upper(): name
        for name in ("Greek", "Hebrew", "Thai", "Armenian", "Georgian", "Bengali")
    },
}

# Before the bar: what asks or tells; a name such as "Rio de la Plata" has none of these.
LITTLE_WORDS = {
    "German": """wer was wie wo warum wann welche welcher welches wieviel ist sind wird wurde
        werden hat haben kann gibt will nicht | der die das den dem des ein eine einen
        einem einer für über mit von zur zum auf und in im sich""",
    "French": """qui que quoi quand où pourquoi comment combien quel quelle quels quelles est
        sont a pas ne | le la les l d des du de et une un dans sur pour avec il elle
        ils elles cette ces aux""",
    "Spanish": """qué quién quiénes cuándo dónde cómo cuál cuáles cuánto cuánta quien cuando
        donde es son fue hay | el la los las una un de del y en por para con al su""",
    "Italian": """che chi cosa quando dove perché come quale quali quanto è sono era | il lo la
        gli i le un una di del della dei delle nel nella per con in""",
    "Portuguese": """que quem quando onde como qual quais quanto é são foi não | o a os as um uma
        de do da dos das em no na para por com ao""",
    "Dutch": """wat wie waar waarom wanneer hoe welke is zijn wordt werd heeft niet | de het
        een van in op voor met door naar""",
    "Polish": "co kto kiedy gdzie dlaczego jak jaki jaka jest są | nie się w na do z i czy",
    "Czech": "co kdo kdy kde proč jak jaký jaká je jsou není | se na do ve v že a který která",
    "Turkish": "ne kim nerede neden nasıl hangi kaç değil | bir ve bu için ile mi mı",
}
ENOUGH_WORDS = 2


def find_foreign_language(question: str) -> str | None:
    """Gives the language in words ("German"); None for English, and where it is not clear."""
    letters = [letter for letter in question if letter.isalpha()]
    scripts = Counter(_script(letter) for letter in letters)
    if letters and scripts["LATIN"] < MOSTLY * len(letters):
        named = [SCRIPTS[script] for script, _ in scripts.most_common() if script in SCRIPTS]
        if "Japanese" in named:
            return "Japanese"
        return named[0] if named else "another language than English"
    words = [match[0].lower() for match in WORD.finditer(question)]
    english = sum(word in STOP_WORDS for word in words)
    best, most = None, max(ENOUGH_WORDS - 1, english)
    for language, lists in LITTLE_WORDS.items():
        telling, others = (frozenset(part.split()) for part in lists.split("|"))
        found = sum(word in telling | others for word in words)
        if found > most and not telling.isdisjoint(words):
            best, most = language, found
    return best


def _script(letter: str) -> str:
    return re.split(r"[ -]", unicodedata.name(letter, "?"), maxsplit=1)[0]
