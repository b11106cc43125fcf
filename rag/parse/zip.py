"""Zip archives of documents: each member a section of one text, under its name."""

from __future__ import annotations

import re
import stat
import zipfile

from rag.errors import UnreadableDocument
from rag.parse.archive import Archive
from rag.parse.build import TextBuilder
from rag.parse.members import Member, add_members, refuse_without_members
from rag.records import ParsedDocument

_DRIVE = re.compile(r"[A-Za-z]:")


def parse_zip(data: bytes, name: str) -> ParsedDocument:
    """Reads the documents of an archive in its order; what cannot be read becomes a warning.

    Raises:
        UnreadableDocument: the archive is damaged, protected by a password or a bomb, the name of a
            member points out of it, or no member can be read.
    """
    archive = Archive(data, name, "zip archive")
    _refuse_slips(archive, name)
    builder = TextBuilder()
    members = (
        Member(info.filename, archive.read(info.filename))
        for info in archive.members
        if not _is_hidden(info.filename)
    )
    warnings = add_members(builder, members, name, left_out=frozenset({"zip"}))
    refuse_without_members(builder, warnings, name)
    return ParsedDocument(
        builder.text(), "application/zip", tuple(builder.blocks), warnings=warnings
    )


def _refuse_slips(archive: Archive, name: str) -> None:
    for info in archive.members:
        if _points_out(info.filename) or _is_link(info):
            raise UnreadableDocument(
                f'"{name}" holds a file whose name points out of the archive, which can do harm; '
                "pack its documents anew and add that."
            )


def _points_out(member: str) -> bool:
    parts = member.replace("\\", "/").split("/")
    return not parts[0] or ".." in parts or bool(_DRIVE.match(member))


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _is_hidden(member: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in member.split("/"))
