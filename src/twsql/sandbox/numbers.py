"""The numbers of an account's calls or recordings in order, computed without a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from .seed import PLACED


class Numbers(Sequence[int]):
    """First the numbers of the seeded ones at these places, `each` to a conference, then those of `placed` others."""

    def __init__(self, places: range, each: int, placed: int) -> None:
        self._places, self._each = places, each
        self.seeded = len(places)
        self._length = self.seeded + placed

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._length))]
        if place >= self._length:
            raise IndexError(place)
        if place >= self.seeded:
            return PLACED + place - self.seeded
        conference, number = divmod(self._places[place], self._each)
        return conference << 8 | number
