"""Mails (eml) with their attachments, and web pages saved as mails (mhtml)."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.message
from collections.abc import Iterator

from rag.errors import UnreadableDocument
from rag.parse.build import TextBuilder
from rag.parse.clean import clean_words
from rag.parse.dates import read_date
from rag.parse.decode import decode
from rag.parse.html import parse_html
from rag.parse.html_walk import read_blocks, read_tree
from rag.parse.lines import blocks_of_lines
from rag.parse.members import Member, add_members, refuse_without_members
from rag.parse.recognise import Format
from rag.records import ParsedDocument

MEDIA_TYPE = "message/rfc822"
_SHOWN = ("From", "To", "Cc", "Date")
_DEEPEST = 50  # parts within parts; a mail that was forwarded often has some ten
_NESTING: frozenset[Format] = frozenset({"zip", "mail", "mhtml"})

Part = email.message.Message


def parse_mail(data: bytes, name: str) -> ParsedDocument:
    """Reads a mail: its subject, who wrote it to whom, its words, and what is attached to it.

    Raises:
        UnreadableDocument: it holds nothing that can be read, or is nested beyond any mail.
    """
    mail = _message(data, name)
    builder = TextBuilder()
    subject = _header(mail, "Subject")
    builder.add("heading", subject, level=1)
    shown = ((key, _header(mail, key)) for key in _SHOWN)
    builder.add("paragraph", "\n".join(f"{key}: {value}" for key, value in shown if value))
    attached: list[Member] = []
    for part in _parts(mail, name):
        file_name = _file_name(part)
        if file_name or part.get_content_maintype() != "text":
            attached.append(Member(file_name or "attachment", _content(part)))
        else:
            _add_words(builder, part)
    # Pictures without a name of their own belong to the look of the mail.
    files = [member for member in attached if member.data and member.name != "attachment"]
    warnings = add_members(builder, files, name, left_out=_NESTING)
    refuse_without_members(builder, warnings, name)
    return ParsedDocument(
        builder.text(),
        MEDIA_TYPE,
        tuple(builder.blocks),
        title=subject[:300] or None,
        author=_header(mail, "From")[:300] or None,
        date=read_date(_header(mail, "Date")),
        warnings=warnings,
    )


def parse_mhtml(data: bytes, name: str) -> ParsedDocument:
    """Reads a saved web page; raises UnreadableDocument where no page is in it."""
    for part in _parts(_message(data, name), name):
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            decoded = decode(_content(part), part.get_content_charset())
            if decoded is not None:
                return parse_html(decoded.text.encode("utf-8", "replace"), name)
    raise UnreadableDocument(
        f'"{name}" is a saved web page without a page in it; save the page again and add that.'
    )


def _message(data: bytes, name: str) -> Part:
    try:
        return email.message_from_bytes(data)
    except RecursionError as error:
        raise _too_deep(name) from error


def _too_deep(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f'"{name}" has parts within parts deeper than any mail; add its text in another format.'
    )


def _parts(part: Part, name: str, depth: int = 0) -> Iterator[Part]:
    """Yields the parts that hold something; of the same words told twice, the plain ones."""
    if depth > _DEEPEST:
        raise _too_deep(name)
    inner = part.get_payload()
    if not isinstance(inner, list):
        yield part
        return
    parts = [p for p in inner if isinstance(p, email.message.Message)]
    if part.get_content_type() == "multipart/alternative":
        told = [p for p in parts if p.get_content_type() == "text/plain" and _content(p).strip()]
        parts = told[:1] or parts[-1:]
    for each in parts:
        yield from _parts(each, name, depth + 1)


def _content(part: Part) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _add_words(builder: TextBuilder, part: Part) -> None:
    decoded = decode(_content(part), part.get_content_charset())
    if decoded is None:
        return
    if part.get_content_type() != "text/html":
        builder.add_text(decoded.text, blocks_of_lines(decoded.text, style="plain"), deeper=1)
    elif (root := read_tree(decoded.text)) is not None:
        for block in read_blocks(root, whole=True):
            builder.add(block.kind, block.words, min(block.level + 1, 6) if block.level else 0)


def _file_name(part: Part) -> str:
    name = part.get_filename()
    return clean_words(_decoded(name)) if name else ""


def _header(part: Part, key: str) -> str:
    return clean_words(_decoded(str(part.get(key, ""))))


def _decoded(value: str) -> str:
    """Gives a header's words, which mails encode; as they stand where that is done wrongly."""
    try:
        words = str(email.header.make_header(email.header.decode_header(value)))
    except (ValueError, LookupError, email.errors.HeaderParseError):
        words = value
    return words.encode("utf-8", "replace").decode("utf-8")
