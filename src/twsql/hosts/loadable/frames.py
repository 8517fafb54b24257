"""Frames: the messages between the extension and its worker. `c/frame.h` is the other side, and defines the format.

This module reads and writes a frame from its kind on; the length before it belongs to the channel.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from twsql.errors import DataError, InternalError
from twsql.schema import Value

VERSION = 4
MOST = 64 * 1024 * 1024
"""Bytes of a frame, without its length."""


class Kind(IntEnum):
    """The kinds of frames: questions, notices without an answer, answers."""

    HELLO = 1
    RELATION = 2
    PLAN = 3
    FILTER = 4
    FETCH = 5
    COLUMN = 6
    ROWID = 7
    INSERT = 8
    UPDATE = 9
    DELETE = 10
    SETTING = 11
    CLOSE = 12
    FORGET = 13
    MOVED = 14
    MISSPELT = 15
    VALUES = 32
    ROWS = 33
    FAILED = 34
    ALIVE = 35


class Mark(IntEnum):
    """Marks in place of a value: LAZY, fetched when SQLite reads it; SAME, which an UPDATE does not change."""

    LAZY = 6
    SAME = 7


Item = Value | Mark | tuple[Value, ...]
"""One value of a frame; a tuple has all values of an IN."""

NULL: Final = b"\x00"
LAZY: Final = b"\x06"
_SAME: Final = b"\x07"
_LENGTH = struct.Struct("<I")
_INTEGER = struct.Struct("<q")
_REAL = struct.Struct("<d")
_NUMBERS = {1: _INTEGER, 2: _REAL}
_integer, _real, _length = _INTEGER.pack, _REAL.pack, _LENGTH.pack


def value(item: Item) -> bytes:
    """Write one value. Raises DataError for an integer of more than 64 bits."""
    if item is None:
        return NULL
    if isinstance(item, str):
        text = item.encode("utf-8", "replace")
        return b"\x03" + _length(len(text)) + text
    if isinstance(item, Mark):
        return LAZY if item is Mark.LAZY else _SAME
    if isinstance(item, int):
        try:
            return b"\x01" + _integer(item)
        except struct.error as error:
            raise DataError(f"{item} has more than 64 bits") from error
    if isinstance(item, float):
        return b"\x02" + _real(item)
    if isinstance(item, tuple):
        return b"\x05" + _length(len(item)) + b"".join(map(value, item))
    return b"\x04" + _length(len(item)) + item


def frame(kind: Kind, items: Iterable[Item] = ()) -> bytes:
    """Encode a frame with its length. Raises DataError for a frame larger than `MOST`."""
    return sealed(kind, b"".join(map(value, items)))


def sealed(kind: Kind, values: bytes) -> bytes:
    """Make a frame of values that are encoded already."""
    if len(values) >= MOST:
        raise DataError(f"more than {MOST // 2**20} MB at a time: ask for less")
    return _length(len(values) + 1) + bytes((kind,)) + values


def length(head: bytes) -> int:
    """Decode the length of the frame that follows. Raises InternalError for an impossible length."""
    (size,) = _LENGTH.unpack(head)
    if not 1 <= size <= MOST:
        raise InternalError(f"a frame of {size} bytes: the extension and the worker are of different builds")
    return int(size)


def parsed(data: bytes) -> tuple[Kind, list[Item]]:
    """Decode a frame from its kind on. Raises InternalError for a malformed one."""
    try:
        kind = Kind(data[0])
        items: list[Item] = []
        place = 1
        while place < len(data):
            item, place = _item(data, place)
            items.append(item)
    except (ValueError, IndexError, struct.error) as error:
        raise InternalError(f"a frame that is none ({error}): the extension and the worker differ") from error
    return kind, items


def _item(data: bytes, place: int) -> tuple[Item, int]:
    tag = data[place]
    if tag != 5:
        return _single(data, place)
    (count,) = _LENGTH.unpack_from(data, place + 1)
    place += 5
    values: list[Value] = []
    for _ in range(count):
        item, place = _single(data, place)
        if isinstance(item, Mark):
            raise ValueError("a mark in a list")
        values.append(item)
    return tuple(values), place


def _single(data: bytes, place: int) -> tuple[Value | Mark, int]:
    tag = data[place]
    place += 1
    if tag == 0:
        return None, place
    if tag in _NUMBERS:
        return _NUMBERS[tag].unpack_from(data, place)[0], place + 8
    if tag in (Mark.LAZY, Mark.SAME):
        return Mark(tag), place
    if tag not in (3, 4):
        raise ValueError(f"type {tag}")
    (size,) = _LENGTH.unpack_from(data, place)
    content = data[place + 4 : place + 4 + size]
    if len(content) < size:
        raise ValueError("cut off")
    # SQLite lets any bytes be text; lone surrogates are refused further on, with the name of what they were given for.
    return content.decode("utf-8", "surrogateescape") if tag == 3 else content, place + 4 + size
