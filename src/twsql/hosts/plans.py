"""Stores plans, so that EXPLAIN QUERY PLAN shows words in place of JSON."""

from __future__ import annotations


class Plans:
    """The plans of one virtual table, by their words.

    SQLite has one text for a plan (idxStr): it passes it to the scan, and EXPLAIN QUERY PLAN shows it. So that text is
    the words, and the plan stays here as long as the table, as a prepared statement may run at any time. Plans differ
    in their terms and columns, not in values, so there are few. Plans with the same words get numbers:

        GET all lists of conferences            {"columns":["Sid"]}
        GET all lists of conferences [plan 2]   {"columns":["Sid","Status"]}
    """

    def __init__(self) -> None:
        self._plans: dict[str, str] = {}
        self._shown: dict[tuple[str, str], str] = {}
        self._alike: dict[str, int] = {}

    def keep(self, asks: str, plan: str) -> str:
        """Store a plan; gives the text by which `named` finds it."""
        shown = self._shown.get((asks, plan))
        if shown is None:
            number = self._alike[asks] = self._alike.get(asks, 0) + 1
            shown = self._shown[asks, plan] = asks if number == 1 else f"{asks} [plan {number}]"
            self._plans[shown] = plan
        return shown

    def named(self, shown: str) -> str:
        """The plan of this text."""
        return self._plans[shown]
