"""What formats and languages are called, and how large a file is, for a reader."""

from __future__ import annotations

from ui.words import clean

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_KINDS = {
    "application/epub+zip": "Book",
    "application/json": "JSON",
    "application/pdf": "PDF",
    "application/rtf": "Rich text",
    "application/x-ipynb+json": "Notebook",
    "application/xhtml+xml": "Web page",
    "application/zip": "Archive",
    "message/rfc822": "Mail",
    "multipart/related": "Web page",
    "text/csv": "Table",
    "text/html": "Web page",
    "text/markdown": "Markdown",
    "text/plain": "Text",
    "text/tab-separated-values": "Table",
    "text/x-rst": "reStructuredText",
    f"{_OFFICE}.presentationml.presentation": "Slides",
    f"{_OFFICE}.spreadsheetml.sheet": "Workbook",
    f"{_OFFICE}.wordprocessingml.document": "Word",
    f"{_OPEN_DOCUMENT}.presentation": "Slides",
    f"{_OPEN_DOCUMENT}.spreadsheet": "Workbook",
    f"{_OPEN_DOCUMENT}.text": "OpenDocument",
}
_LANGUAGES = dict(
    pair.split("=")
    for pair in (
        "af=Afrikaans am=Amharic an=Aragonese ar=Arabic as=Assamese az=Azerbaijani ba=Bashkir "
        "be=Belarusian bg=Bulgarian bn=Bengali br=Breton bs=Bosnian ca=Catalan cs=Czech cy=Welsh "
        "da=Danish de=German dz=Dzongkha el=Greek en=English eo=Esperanto es=Spanish et=Estonian "
        "eu=Basque fa=Persian fi=Finnish fo=Faroese fr=French fy=Frisian ga=Irish gd=Gaelic "
        "gl=Galician gu=Gujarati ha=Hausa he=Hebrew hi=Hindi hr=Croatian ht=Haitian hu=Hungarian "
        "hy=Armenian id=Indonesian ig=Igbo is=Icelandic it=Italian ja=Japanese jv=Javanese "
        "ka=Georgian kk=Kazakh km=Khmer kn=Kannada ko=Korean ku=Kurdish ky=Kyrgyz la=Latin "
        "lb=Luxembourgish lg=Ganda ln=Lingala lo=Lao lt=Lithuanian lv=Latvian mg=Malagasy "
        "mk=Macedonian ml=Malayalam mn=Mongolian mr=Marathi ms=Malay mt=Maltese my=Burmese "
        "ne=Nepali nl=Dutch nn=Norwegian no=Norwegian nb=Norwegian oc=Occitan om=Oromo or=Odia "
        "pa=Punjabi pl=Polish ps=Pashto pt=Portuguese qu=Quechua ro=Romanian ru=Russian "
        "rw=Kinyarwanda sa=Sanskrit se=Sami si=Sinhala sk=Slovak sl=Slovenian sn=Shona so=Somali "
        "sq=Albanian sr=Serbian st=Sotho sv=Swedish sw=Swahili ta=Tamil te=Telugu tg=Tajik "
        "th=Thai tk=Turkmen tl=Tagalog tr=Turkish tt=Tatar ug=Uyghur uk=Ukrainian ur=Urdu "
        "uz=Uzbek vi=Vietnamese vo=Volapük wa=Walloon xh=Xhosa yo=Yoruba zh=Chinese zu=Zulu"
    ).split(" ")
)
_BYTES = ("bytes", "KB", "MB", "GB")


def kind_in_words(media_type: str) -> str:
    """Gives a media type as people call it."""
    return _KINDS.get(media_type, clean(media_type.rsplit("/", 1)[-1]))


def language_in_words(code: str | None) -> str:
    """Gives the English name of a language by its ISO 639-1 code; '' where none is known."""
    return _LANGUAGES.get(code, clean(code)) if code else ""


def size_in_words(size: int) -> str:
    """Gives a number of bytes: ``812 bytes``, ``1.4 MB``."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_BYTES) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{size:,} bytes" if unit == 0 else f"{amount:.1f} {_BYTES[unit]}"
