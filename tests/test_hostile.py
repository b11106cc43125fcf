"""Files that mean harm, or are broken, through the whole way into the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import UnreadableDocument
from rag.isolate import shared_parser
from rag.library import Library
from tests import hostile
from tests.fakes import HashingEmbedder
from tests.test_library import open_library, write


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = open_library(tmp_path, HashingEmbedder())
    yield library
    library.close()


def test_hostile_files_are_read_or_refused_and_harm_nothing(
    library: Library, tmp_path: Path
) -> None:
    secret = write(tmp_path / "secret.txt", hostile.SECRET)
    for name, data in hostile.hostile_files(secret, 0.1):
        (tmp_path / "files").mkdir(exist_ok=True)
        (tmp_path / "files" / name).write_bytes(data)
    write(tmp_path / "files" / "zzz.txt", "Decent words at last.\n")
    before = sorted(path for path in tmp_path.rglob("*") if "index" not in path.parts)
    reports = {report.name: report for report in library.sync(tmp_path / "files")}
    refused = [report for report in reports.values() if report.outcome == "refused"]
    assert all(r.reason and r.name in r.reason and r.reason[-1] in ".;" for r in refused)
    assert reports["zzz.txt"].outcome == "added"
    for name in ("bomb.docx", "bomb.zip", "outside.docx", "locked.pdf", "empty.txt", "noise.docx"):
        assert reports[name].outcome == "refused"
    for document in library.documents():
        assert hostile.SECRET not in library.text(document.id)
        assert "slipped" not in library.text(document.id)
        assert document.characters < 2_000_000
    assert sorted(path for path in tmp_path.rglob("*") if "index" not in path.parts) == before
    assert secret.read_text() == hostile.SECRET
    assert library.check() == []


@pytest.mark.parametrize("name", sorted(hostile.decent_files()))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_however_a_file_is_broken_it_is_read_or_refused_with_a_sentence(
    name: str, data: st.DataObject
) -> None:
    whole = hostile.decent_files()[name]
    start = data.draw(st.integers(0, len(whole) - 1), "start")
    end = data.draw(st.integers(start, len(whole)), "end")
    harmed = whole[:start] + data.draw(st.binary(max_size=20), "put in") + whole[end:]
    try:
        parsed, chunks = shared_parser(60).read(harmed, name, 200)
    except UnreadableDocument as error:
        assert re.fullmatch(rf'"{name}" .+[.]', str(error))
    else:
        assert "".join(parsed.text[c.start : c.end] for c in chunks) == parsed.text
