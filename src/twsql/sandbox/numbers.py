"""The numbers of an account's calls, recordings or messages in order, computed without a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

from .seed import PLACED


class Numbers(Sequence[int]):
    """First the numbers of the `seeded` ones, by their places in the order; then those of `placed` others."""

    def __init__(self, seeded: int, placed: int, number: Callable[[int], int] = lambda place: place) -> None:
        self.seeded = seeded
        self._length = seeded + placed
        self._number = number

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
        return self._number(place) if place < self.seeded else PLACED + place - self.seeded


def in_conferences(places: range, each: int, placed: int) -> Numbers:
    """Return the numbers of what the seed has at these places, `each` to a conference, and of `placed` others."""

    def number(place: int) -> int:
        conference, one = divmod(places[place], each)
        return conference << 8 | one

    return Numbers(len(places), placed, number)
