"""Spark's partitions: pieces, and their share of the job's requests under way."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql.datasource import InputPartition

from twsql.spark.pieces import Piece


@dataclass(frozen=True)
class Pieces(InputPartition):
    """The pieces that a task reads, with at most `share` requests under way."""

    pieces: tuple[Piece, ...]
    share: int


def packed(pieces: Sequence[Piece], most: int, in_flight: int) -> list[Pieces]:
    """Pack the pieces into at most `most` partitions of about the same weight, and share out `in_flight` requests.

    All partitions together have no more than `in_flight`, however many tasks Spark runs at a time.
    """
    count = max(1, min(most, len(pieces), in_flight))
    bins: list[tuple[int, int, list[Piece]]] = [(0, number, []) for number in range(count)]
    for piece in sorted(pieces, key=lambda piece: piece.weight, reverse=True):
        weight, number, some = heapq.heappop(bins)
        heapq.heappush(bins, (weight + piece.weight, number, [*some, piece]))
    return [Pieces(tuple(some), in_flight // count) for _, _, some in sorted(bins, key=lambda each: each[1])]
