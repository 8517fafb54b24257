"""Keeps plans where EXPLAIN QUERY PLAN shows no more of them than what they ask of Twilio."""

from __future__ import annotations


class Plans:
    """The plans of one virtual table, each known by what is shown of it.

    SQLite keeps one text of a plan (idxStr), gives it to the scan, and EXPLAIN QUERY PLAN shows it. So that text is the
    words, and the plan is kept here for as long as the table: a prepared statement may run at any time. There are no
    more than differ in their terms and columns, whatever the values. Plans of the same words are numbered:

        GET all lists of conferences            {"columns":["Sid"]}
        GET all lists of conferences [plan 2]   {"columns":["Sid","Status"]}
    """

    def __init__(self) -> None:
        self._plans: dict[str, str] = {}
        self._shown: dict[tuple[str, str], str] = {}
        self._alike: dict[str, int] = {}

    def keep(self, asks: str, plan: str) -> str:
        """Keep a plan, and give the text by which `named` finds it."""
        shown = self._shown.get((asks, plan))
        if shown is None:
            number = self._alike[asks] = self._alike.get(asks, 0) + 1
            shown = self._shown[asks, plan] = asks if number == 1 else f"{asks} [plan {number}]"
            self._plans[shown] = plan
        return shown

    def named(self, shown: str) -> str:
        """The plan that is kept by this text."""
        return self._plans[shown]
