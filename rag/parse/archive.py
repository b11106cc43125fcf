"""Zip containers: what they would unpack to is judged before anything is unpacked."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from typing import Any

from rag.errors import UnreadableDocument

LARGEST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_MEMBERS = 10_000
_LARGEST_RATIO = 200  # deflate reaches 1,000 on zeros; written documents stay below 100
_RATIO_MATTERS_BYTES = 20 * 1024 * 1024
_DECLARES_ENTITIES = re.compile(rb"<!ENTITY", re.IGNORECASE)
_DAMAGED = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError),
    *(OSError, ValueError, KeyError, NotImplementedError),
)


class Archive:
    """A zip container that is safe to unpack.

    Raises:
        UnreadableDocument: it is damaged, protected by a password, or would unpack to more than a
            document needs.
    """

    def __init__(self, data: bytes, name: str, kind: str) -> None:
        """Opens it; ``kind`` says in messages what the file is: ``Word document``."""
        self._name, self._kind = name, kind
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGED as error:
            raise self.damaged() from error
        self.members = [info for info in self._zip.infolist() if not info.is_dir()]
        self.names = [info.filename for info in self.members]
        if any(info.flag_bits & 1 for info in self.members):
            raise UnreadableDocument(
                f'"{name}" is protected by a password; remove the protection and add it again.'
            )
        self._refuse_bomb(len(data))

    def damaged(self) -> UnreadableDocument:
        """Gives the error to raise for content that is not what it should be."""
        return UnreadableDocument(
            f'"{self._name}" is a damaged {self._kind}; open it in its own program, save it again '
            "and add that."
        )

    def read(self, member: str) -> bytes:
        """Unpacks a member, to no more than its declared size; raises UnreadableDocument."""
        try:
            return self._zip.read(member)
        except (*_DAMAGED, RuntimeError) as error:
            raise self.damaged() from error

    def read_xml(self, member: str) -> Any:
        """Gives the root of an XML member; raises UnreadableDocument."""
        from lxml import etree

        safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        content = self.read(member)
        self._refuse_entities(content)
        try:
            return etree.fromstring(content, safe)
        except etree.XMLSyntaxError as error:
            raise self.damaged() from error

    def refuse_entities(self) -> None:
        """Raises UnreadableDocument where any XML member declares an entity."""
        for name in self.names:
            if name.lower().endswith((".xml", ".rels")):
                self._refuse_entities(self.read(name))

    def _refuse_entities(self, content: bytes) -> None:
        if declares_entities(content):
            raise UnreadableDocument(
                f'"{self._name}" declares entities in its XML, which a {self._kind} never does and '
                "which can do harm; save it again in its own program and add that."
            )

    def _refuse_bomb(self, packed: int) -> None:
        unpacked = sum(info.file_size for info in self.members)
        is_bomb = unpacked > _RATIO_MATTERS_BYTES and unpacked > packed * _LARGEST_RATIO
        if unpacked > LARGEST_UNPACKED_BYTES or is_bomb:
            raise UnreadableDocument(
                f'"{self._name}" would unpack to {unpacked // 1024**2} MB, more than a document '
                "needs; save its text as a new document and add that."
            )
        if len(self.members) > MOST_MEMBERS:
            raise UnreadableDocument(
                f'"{self._name}" holds more than {MOST_MEMBERS} files; unpack it and add the '
                "folder."
            )


def declares_entities(content: bytes) -> bool:
    """Says whether XML declares an entity, in UTF-16 and UTF-32 too."""
    if b"\x00" in content[:64]:
        content = content.replace(b"\x00", b"")
    return bool(_DECLARES_ENTITIES.search(content))
