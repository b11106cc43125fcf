"""Data of unknown origin → the frozen dataclasses it claims to be, or an error."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar

LONGEST_TEXT = 100_000  # characters
MOST_ITEMS = 1_000  # of a list
LARGEST_NUMBER = 2.0**53  # beyond it JSON readers do not agree

Record = TypeVar("Record")


class Unfit(ValueError):
    """The data is not what it should be; the message says where."""


def read_record(kind: type[Record], data: object, place: str = "") -> Record:
    """Makes a dataclass from what ``json.loads`` gave.

    Fields that have a default may be missing; unknown ones are refused.

    Raises:
        Unfit: a field is missing, unknown, of another type, or too large.
    """
    if not isinstance(data, dict):
        raise Unfit(f"{place or 'the whole'} is no object")
    fields = _fields(typing.cast(Any, kind))
    if unknown := sorted(map(str, data.keys() - fields.keys()))[:1]:
        raise Unfit(f"{place or 'the whole'} has an unknown field {unknown[0][:40]!r}")
    values = {}
    for name, (hint, required) in fields.items():
        at = f"{place}.{name}" if place else name
        if name in data:
            values[name] = _read(hint, data[name], at)
        elif required:
            raise Unfit(f"{at} is missing")
    return kind(**values)


@cache
def _fields(kind: type) -> dict[str, tuple[Any, bool]]:
    hints = typing.get_type_hints(kind)
    required = dataclasses.MISSING
    return {
        f.name: (hints[f.name], f.default is required and f.default_factory is required)
        for f in dataclasses.fields(kind)
    }


def _read(hint: Any, value: object, place: str) -> Any:
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _read_union(inside, value, place)
    if origin is Literal:
        if isinstance(value, str) and value in inside:
            return value
    elif origin is tuple:
        if isinstance(value, list) and len(value) <= MOST_ITEMS:
            return tuple(_read(inside[0], v, f"{place}[{n}]") for n, v in enumerate(value))
    elif origin is Mapping:
        if isinstance(value, dict) and len(value) <= MOST_ITEMS:
            return {
                _read(inside[0], k, place): _read(inside[1], v, place) for k, v in value.items()
            }
    elif dataclasses.is_dataclass(hint):
        return read_record(typing.cast(type, hint), value, place)
    elif _is_plain(hint, value):
        return value
    raise Unfit(f"{place} is not what it should be")


def _read_union(kinds: tuple[Any, ...], value: object, place: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    (kind,) = [kind for kind in kinds if kind is not type(None)]
    return _read(kind, value, place)


def _is_plain(hint: Any, value: object) -> bool:
    if hint is str:
        return isinstance(value, str) and len(value) <= LONGEST_TEXT and _is_text(value)
    if hint is bool or isinstance(value, bool):
        return hint is bool and isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and abs(value) <= LARGEST_NUMBER
    if hint is float:
        return (
            isinstance(value, int | float) and math.isfinite(value) and abs(value) <= LARGEST_NUMBER
        )
    return False


def _is_text(value: str) -> bool:
    """Whether a database and a page can hold it: no half characters, no NUL."""
    return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
