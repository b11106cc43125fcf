"""Files that mean harm, or are just broken; made here, for tests and benchmarks/."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.parse.files import make_docx, make_pdf

SECRET = "the secret of another file"
WORDS = ("The", "bank", "proposed", "a", "law", "on", "mining", "and", "the", "rate", "rose", "by")

Files = Iterator[tuple[str, bytes]]


def hostile_files(secret: Path, megabytes: float, seed: int = 0) -> Files:
    """Gives names and contents.

    Args:
        secret: a file whose words must not get into any document.
        megabytes: how large the large ones are, as far as they have a size.
    """
    size = int(megabytes * 1024**2)
    yield from bombs(max(size * 20, 64 * 1024**2))
    yield from entities(secret)
    yield from slips(secret)
    yield from nests(size // 50)
    yield from protected()
    yield from misnamed()
    yield from endless(size)
    yield from broken(random.Random(seed))


def decent_files() -> dict[str, bytes]:
    """Files as people have them, one a format."""
    prose = [" ".join(WORDS) + "." for _ in range(20)]
    html = "<html><head><title>Law</title></head><body><h1>Law</h1>"
    return {
        "decent.txt": "\n\n".join(["A plain text", *prose]).encode(),
        "decent.md": "\n\n".join(
            ["# A heading", *prose, "| a | b |\n|---|---|\n| 1 | 2 |"]
        ).encode(),
        "decent.html": (html + "".join(f"<p>{p}</p>" for p in prose) + "</body></html>").encode(),
        "decent.pdf": make_pdf([prose, prose]),
        "decent.docx": make_docx(prose),
    }


def bombs(unpacked: int) -> Files:
    zeros = b"<w:p>" + bytes(unpacked)
    document = make_docx(["Words."])
    yield "bomb.docx", replace_members(document, {"word/document.xml": zeros})
    yield "bomb-style.docx", replace_members(document, {"word/styles.xml": zeros})
    inner = pack({"zeros.txt": bytes(unpacked // 8)})
    yield "bomb-in-bomb.zip", pack({f"{i}.zip": inner for i in range(8)})
    yield "bomb.txt", gzip.compress(bytes(unpacked))
    yield "bomb.zip", pack({f"{i}.txt": bytes(unpacked // 8) for i in range(8)})


def entities(secret: Path) -> Files:
    laughs = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)
    )
    outside = f'<!ENTITY a11 SYSTEM "{secret.as_uri()}">'
    document = make_docx(["MARK"])
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        xml = archive.read("word/document.xml").decode()
    for kind, declared in (("laughs", laughs), ("outside", outside)):
        harmful = xml.replace("<w:document", f"<!DOCTYPE d [{declared}]><w:document", 1)
        harmful = harmful.replace("MARK", "&a11;")
        yield f"{kind}.docx", replace_members(document, {"word/document.xml": harmful.encode()})
        wide = harmful.replace("UTF-8", "UTF-16").encode("utf-16")
        yield f"{kind}-16.docx", replace_members(document, {"word/document.xml": wide})
        head = f'<?xml version="1.0"?><!DOCTYPE html [{declared}]>'
        body = "<body><p>Safe &a11; words.</p></body>"
        page = f'{head}<html xmlns="http://www.w3.org/1999/xhtml">{body}</html>'
        yield f"{kind}.xhtml", page.encode()
        yield f"{kind}.xml", f"{head}<d>Safe &a11; words.</d>".encode()
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}"/>'
    yield "include.html", f"<html><body><p>Safe.</p>{include}</body></html>".encode()
    frame = f'<iframe src="{secret.as_uri()}"></iframe><object data="{secret.as_uri()}"></object>'
    yield "frame.html", f"<html><body><p>Safe.</p>{frame}</body></html>".encode()


def slips(secret: Path) -> Files:
    members = {"../../slipped.txt": b"slipped", str(secret): b"overwritten", "a/../../b.txt": b"b"}
    yield "slip.zip", pack(members)
    yield "slip.docx", replace_members(make_docx(["Words."]), members)


def nests(depth: int) -> Files:
    yield "nest.html", (b"<html><body>" + b"<div>" * depth + b"deep" + b"</div>" * depth)
    yield "nest-list.html", b"<html><body>" + b"<ul><li>" * depth + b"deep"
    yield "nest-quote.md", b">" * depth + b" deep\n" + b"- " * depth + b"deep\n"
    yield "nest-brackets.md", b"[" * depth + b"](" * depth + b"*" * depth + b"`" * depth
    yield "nest.json", b"[" * depth + b"]" * depth
    yield "nest.xml", b"<a>" * depth + b"deep" + b"</a>" * depth
    cell = "<w:tbl><w:tr><w:tc>" * 3_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3_000
    head = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    body = f"{head}<w:body>{cell}</w:body></w:document>".encode()
    yield "nest.docx", replace_members(make_docx(["Words."]), {"word/document.xml": body})
    kids = b"".join(
        b"%d 0 obj<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>endobj\n" % (i, i + 1, i - 1)
        for i in range(2, min(depth, 20_000))
    )
    head_of_pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    yield "nest.pdf", head_of_pdf + kids + b"trailer<</Root 1 0 R>>\n"
    loop = b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n"
    yield "loop.pdf", head_of_pdf + loop + b"trailer<</Root 1 0 R>>\n"


def protected() -> Files:
    yield "locked.pdf", make_pdf([["Locked words."]], encrypt="word")
    yield "locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000)
    with zipfile.ZipFile(io.BytesIO(make_docx(["Words."]))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    data = bytearray(pack(members))
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    yield "locked-zip.docx", bytes(data)


def misnamed() -> Files:
    decent = decent_files()
    yield "empty.txt", b""
    yield "empty.pdf", b""
    yield "blank.md", b" \n\t\n" * 1_000
    yield "really-a-pdf.txt", decent["decent.pdf"]
    yield "really-a-docx.pdf", decent["decent.docx"]
    yield "really-a-text.pdf", decent["decent.txt"]
    yield "really-html.docx", decent["decent.html"]
    yield "picture.txt", b"\x89PNG\r\n\x1a\n" + random.Random(0).randbytes(5_000)
    yield "program.md", b"\x7fELF" + random.Random(1).randbytes(5_000)
    yield "noise.txt", random.Random(2).randbytes(50_000)
    yield "noise.pdf", b"%PDF-1.7\n" + random.Random(3).randbytes(50_000)
    yield "noise.docx", b"PK\x03\x04" + random.Random(4).randbytes(50_000)


def endless(size: int) -> Files:
    prose = (" ".join(WORDS) + " ").encode()
    yield "line.txt", prose * (size // len(prose))
    yield "letter.txt", b"a" * size
    yield "letter.md", b"a" * size
    yield "stops.txt", b"." * size
    yield "capitals.txt", b"A. " * (size // 3)
    yield "breaks.txt", b"a\n\n" * (size // 30)
    yield "short-lines.txt", b"Ab, c\n" * (size // 60)
    yield "headings.md", b"# A\n\n" * (size // 50)
    yield "pipes.md", b"|" * size
    yield "table.md", b"| a | b |\n" * (size // 100)
    yield "stars.md", b"**_" * (size // 3)
    yield "dashes.md", b"---\n" * (size // 40)
    yield "tags.html", b"<html><body>" + b"<p" * (size // 20)
    yield "comment.html", b"<html><body><p>Words.</p>" + b"<!--" * (size // 4)
    yield "line.html", b"<html><body><p>" + prose * (size // len(prose))
    yield "cells.html", b"<html><body><table>" + b"<tr><td>a<td>b" * (size // 140)
    yield "marks.txt", ("e" + "\u0301" * (size // 2)).encode()
    yield "turned.txt", ("\u202e" * (size // 3) + "words").encode()
    wide = make_docx(["word " * (size // 5)])
    yield "line.docx", wide
    yield "paragraphs.docx", paragraphs_docx(size // 100)


def broken(rng: random.Random) -> Files:
    """Cut files, and files with some bytes changed."""
    for name, data in decent_files().items():
        stem, _, ending = name.partition(".")
        for share in (0.05, 0.5, 0.95):
            yield f"{stem}-cut-{share}.{ending}", data[: int(len(data) * share)]
        for number in range(4):
            harmed = bytearray(data)
            for _ in range(rng.choice((1, 10, 100))):
                harmed[rng.randrange(len(harmed))] = rng.randrange(256)
            yield f"{stem}-fuzz-{number}.{ending}", bytes(harmed)


def paragraphs_docx(count: int) -> bytes:
    head = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    paragraphs = "".join(f"<w:p><w:r><w:t>Item {i}.</w:t></w:r></w:p>" for i in range(count))
    body = f"{head}<w:body>{paragraphs}</w:body></w:document>".encode()
    return replace_members(make_docx(["Words."]), {"word/document.xml": body})


def pack(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def replace_members(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return pack({**members, **replaced})
