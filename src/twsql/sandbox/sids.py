"""SIDs: a number and its account scrambled into 32 hex digits, and back, so that no table of SIDs is kept."""

from __future__ import annotations

import re

_MASK = (1 << 128) - 1
_ODD = 0x9E3779B97F4A7C15F39CC0605CEDC835  # any odd factor has an inverse modulo 2**128
_INVERSE = pow(_ODD, -1, 1 << 128)
_ROUNDS = 2
_LARGEST = 1 << 60

CALL = re.compile(r"CA[0-9a-fA-F]{32}")
CONFERENCE = re.compile(r"CF[0-9a-fA-F]{32}")
RECORDING = re.compile(r"RE[0-9a-fA-F]{32}")
TRANSCRIPTION = re.compile(r"TR[0-9a-fA-F]{32}")


def scramble(number: int) -> int:
    """Return 128 bits that look random, another for each number below 2**128."""
    for _ in range(_ROUNDS):
        number = number * _ODD & _MASK
        number ^= number >> 64
    return number


def _unscramble(number: int) -> int:
    for _ in range(_ROUNDS):
        number = (number ^ number >> 64) * _INVERSE & _MASK
    return number


def chance(*numbers: int) -> float:
    """Return a fraction from 0 to below 1 that looks random and depends on the numbers only."""
    mixed = 1
    for number in numbers:
        mixed = scramble(mixed + number)
    return (mixed >> 75) / (1 << 53)


class Sids:
    """The SIDs of one sandbox; another seed gives others."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._salts: dict[str, int] = {}

    def make(self, prefix: str, account: int, number: int) -> str:
        """Return the SID of the numbered thing of the numbered account."""
        return f"{prefix}{scramble(number << 8 | account) ^ self._salt(prefix):032x}"

    def number(self, sid: str, account: int) -> int | None:
        """Return the number in a SID, None when it is not one that the account could have."""
        number, owner = divmod(_unscramble(int(sid[2:], 16) ^ self._salt(sid[:2])), 256)
        return number if owner == account and number < _LARGEST else None

    def _salt(self, prefix: str) -> int:
        if prefix not in self._salts:
            self._salts[prefix] = scramble((self._seed << 32) + int.from_bytes(prefix.encode(), "big"))
        return self._salts[prefix]
