"""The closed lists of words by which a question is taken apart."""

from __future__ import annotations

from rag.terms import STOP_WORDS, stem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in text.split())


ASKING = _words(
    """who whom whose what when where which why how who's what's when's where's how's why's
    that's it's there's i'm i'd i've i'll"""
)
DO = _words("do does did")
BE = _words("is are was were be been being isn't aren't wasn't weren't")
MODALS = _words("can could will would shall should may might must")
HAVE = _words("has have had")
AUXILIARIES = DO | BE | MODALS | HAVE | _words("don't doesn't didn't can't won't hasn't haven't")
DETERMINERS = _words("the a an this that these those any some each every no another other both all")
OWNERS = _words("my your our its their his her whose")
PREPOSITIONS = _words(
    """about above across after against along among around as at before behind below beneath
    beside besides between beyond by despite down during except for from in inside into like
    near of off on onto out outside over past per since through throughout to toward towards
    under until up upon via versus vs with within without compared"""
)
OBJECT_PRONOUNS = _words("it them him her me us you")
SUBJECT_PRONOUNS = _words("i you we he she it they there who")
ADVERBS = _words(
    """ever still also just really actually usually now then only even again else instead already
    yet first exactly mostly mainly so too very quite often always never recently lately
    currently today one ones tell describe explain give show list name define compare contrast
    know find think let's okay ok oh yes yeah interesting cool wow thanks great hmm please
    help like better best worst biggest largest smallest most least good bad"""
)
BREAKS = (
    STOP_WORDS | PREPOSITIONS | AUXILIARIES | ASKING | _words("vs versus if because")
) - _words("may own")
PREDICATES = _words(
    """important different popular famous effective common similar related safe secure likely
    dangerous reliable red true false legal illegal forbidden allowed traditional expensive
    cheap available useful necessary possible big large small high low old new successful
    influential valid responsible known used made eaten built done called treated worth"""
)

# Verbs that questions are asked with; a word of these after an article is a noun all the same.
VERBS = _stems(
    """accept achieve add adopt affect agree allow amend announce appear apply appoint approve
    argue arise arrest ask attack attempt avoid ban become became begin began begun believe
    belong break broke bring brought build built buy bought call came cancel carry catch cause
    cease change charge choose chose claim close collapse come compare conclude contain
    continue contribute convert cost create cure deal decide decline declare decrease define
    deliver demand deny depend describe develop die differ discover discuss do earn eat emerge
    employ enable encounter encourage end enforce enter establish estimate evolve exist expect
    explain export express face fail fall fell favour favor feel fight file find fine fix
    follow forbid force form found function fund gain get give gave given go goes gone got
    govern grow grew happen head help hold held host hurt identify impact impose improve
    include increase influence introduce invent invest involve join keep kill know knew known
    last launch lead led learn leave left let lie limit live locate lose lost made make manage
    mean meant measure meet met mention mine move need oblige obtain occur offer open operate
    oppose order organize originate own owe pass pay paid perform permit plan play predict
    prefer prepare present press prevent produce prohibit promise promote propose protect
    prove provide publish punish put raise ran reach react receive recognise recognize
    recommend reduce refuse regulate reject relate release remain remove replace report
    represent request require resign respond result return reveal rise rose rule run said save
    say see seen seem sell sold send sent serve set show sign solve speak spend spent spread
    stand start state stay steal stop store study suffer suggest support survive take took
    taken talk tax teach tell told think thought threaten trade treat try turn understand use
    used vary visit vote want warn watch wear went win won withdraw work worry write wrote
    written"""
)

PAST = _words(
    """became began broke brought built bought came chose drew fell felt found gave grew held
    kept knew left led lost made meant met paid ran rose said saw sent sold spoke stood stole
    taught told took went won wrote chosen begun given taken known written broken stolen
    spoken shown"""
)
NOUNS_TOO = _stems(
    """ban bill change claim cost cure deal end form function fund impact increase influence
    launch lead limit measure need plan play process promise report request result return rise
    rule run set show sign stand start state stop study support tax trade turn use visit vote
    work"""
)
NOUNS_IN_LY = _words("family supply monopoly assembly italy reply july anomaly ally fly bully")
ADJECTIVES = _words("big small new old main major minor first second third last next early late")

# What belongs to something: "the symptoms" are always those of somebody or something.
RELATIONAL = _stems(
    """advantage aim alternative amount answer application approach aspect author background
    basis benefit cause challenge characteristic component composition concern condition
    consequence content cost criticism cure danger date deadline definition demand detail
    difference difficulty disadvantage drawback duration effect example exception fact factor
    feature fee finding founder function future goal head history impact implication
    importance improvement influence ingredient issue job leader limit limitation location
    main maximum meaning member method minimum name number objective objection opinion option
    origin outcome outlook part penalty policy population position pro con price principle
    problem procedure process property purpose reaction reason relation relationship
    requirement result risk role rule sign significance similarity size solution source stage
    status step strategy structure symptom term theme treatment type kind use variety
    variation version view way weakness strength winner year"""
)

PERSONS = _stems(
    """president minister governor head author founder chief ceo deputy chairman chairwoman chair
    king queen director leader writer inventor lawyer judge senator actor actress singer
    player coach scientist economist economists man woman spokesman spokeswoman secretary
    mayor owner boss"""
)
BODIES = _stems(
    """bank ministry council committee association union service fund duma parliament assembly
    commission agency authority group company firm treasury court government office board
    exchange regulator organisation organization party team band school university industry
    police army"""
)

SPEAKING = _stems(
    "say said think mean decide happen announce claim believe argue know do agree promise"
)
PLACES = _words(
    """africa america argentina asia australia austria bahamas belgium brazil britain bulgaria
    canada chile china colombia croatia cuba cyprus czechia denmark dubai egypt england
    estonia europe finland france georgia germany ghana greece hungary iceland india indonesia
    iran iraq ireland israel italy jamaica japan kazakhstan kenya korea kosovo kyrgyzstan
    latvia lithuania luxembourg malaysia malta mexico morocco moscow nepal netherlands nigeria
    norway pakistan peru philippines poland portugal romania russia salvador scotland serbia
    siberia singapore slovakia slovenia spain sweden switzerland taiwan texas thailand tunisia
    turkey uk ukraine us usa uzbekistan venezuela vietnam states kingdom emirates eu"""
)
