from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rag.errors import LibraryBroken, LibraryBusy
from rag.locks import Presence, ReadWriteLock, WriteLock


def within(seconds: float, work: object) -> bool:
    """Whether a thread gets through."""
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def test_a_writer_that_gives_up_waiting_lets_readers_in(monkeypatch: pytest.MonkeyPatch) -> None:
    lock = ReadWriteLock()

    def interrupted(timeout: float | None = None) -> bool:
        raise KeyboardInterrupt

    with lock.reading():
        monkeypatch.setattr(lock._condition, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt), lock.writing():
            pass
        monkeypatch.undo()

    def read() -> None:
        with lock.reading():
            pass

    assert within(5, read)


@pytest.mark.parametrize("how", ["reading", "writing"])
def test_a_fault_inside_frees_the_lock(how: str) -> None:
    lock = ReadWriteLock()
    with pytest.raises(NameError), getattr(lock, how)():
        raise NameError

    def write() -> None:
        with lock.writing():
            pass

    assert within(5, write)


def test_the_right_to_write_is_freed_whatever_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, other = WriteLock(tmp_path / "write.lock"), WriteLock(tmp_path / "write.lock")
    with pytest.raises(NameError), lock.held():
        with pytest.raises(LibraryBusy), other.held(patience=0.0):
            pass
        raise NameError
    for error, told in (
        (OSError(5, "broken"), LibraryBroken),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ):

        def fail(*_: object, error: BaseException = error) -> int:
            raise error

        monkeypatch.setattr(Path, "write_text", fail)
        with pytest.raises(told), lock.held():
            pass
        monkeypatch.undo()
        with other.held(patience=0.0):
            pass


def test_one_at_a_time_looks_after_something(tmp_path: Path) -> None:
    one, other = Presence(tmp_path / "lock"), Presence(tmp_path / "lock")
    assert one.claim()
    assert one.claim()
    assert not other.claim()
    other.leave()
    assert not other.claim()
    one.leave()
    one.leave()
    assert other.claim()
    other.leave()


def test_a_presence_that_cannot_be_shown_is_told(tmp_path: Path) -> None:
    with pytest.raises(LibraryBroken, match="could not be written"):
        Presence(tmp_path).claim()
