"""A disk so small that it fills up."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mount_small_disk(disk: Path, megabytes: int) -> Iterator[Path]:
    """Mounts a file system in memory; skips the test where that is not allowed."""
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(["mount", *options], check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mount_small_disk(tmp_path / "disk", 3) as disk:
        yield disk


def enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
