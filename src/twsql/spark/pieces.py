"""Cuts the reading of a table into pieces: by account, by days, and by the parents of nested rows.

Each piece reads all statuses of its days, as one statement would: a row that moves on from one status to the next while
the job runs stays in its piece, as the day it was created on stays, and the piece has it once.

Example: two accounts, eight partitions, so about eight pieces for each account.

    AC1, conferences       its newest 200 rows are of 4 days: 50 a day. Some are older than 4 days before those, some
                           than 8 and 16, none than 32. So: 8 ranges of about 5 days, the oldest one open below, the
                           newest one open above.
    AC2, conferences       has 120 rows: one piece.
    AC1, participants      the SIDs of the conferences that are not over, in eight parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice, pairwise

from twsql.catalog import CATALOG
from twsql.errors import ProgrammingError
from twsql.lists.resource import Resource
from twsql.lists.splitting import moment
from twsql.schema import Column, Row, Table
from twsql.schema.where import Params, Where
from twsql.twilio.client import Client

_NEWEST = 200
"""Rows that show how many there are in a day; an account with fewer is one piece."""
_LONGEST = 20 * 365
"""Days that a list may go back, at most: Twilio is younger."""
_SUBACCOUNT = "Subaccount"
_FEWEST_PARENTS = 10
"""Parents of a piece, at least: a request each."""


@dataclass(frozen=True)
class Piece:
    """Rows that one iterator reads: of an account, from the day `first` to the day before `end`, of these `parents`.

    None means no bound. `weight` compares pieces of one job: more rows, or requests, weigh more.
    """

    account: str
    first: str | None = None
    end: str | None = None
    parents: tuple[str, ...] | None = None
    weight: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether it has the rows of all days."""
        return self.first is None and self.end is None


def is_of_accounts(table: Table) -> bool:
    """Whether each account has rows of its own in the table: it names the account, or a row that belongs to one."""
    if any(column.name == "AccountSid" for column in table.columns):
        return not table.local
    parents = {column.references.partition(".")[0] for column in table.columns if column.key and column.references}
    return any(is_of_accounts(parent) for parent in CATALOG.tables if parent.name in parents - {table.name})


def pieces(table: Table, where: Where, clients: Mapping[str, Client], most: int, own: str) -> list[Piece]:
    """Cut the rows of all these accounts into pieces, for `most` partitions. Sends a few requests for each account.

    With as many accounts as partitions an account is a piece, and nothing is sent. `own` is the credentials' account.
    """
    if not is_of_accounts(table):
        return [Piece(next(iter(clients)))]
    if len(clients) >= most or most == 1:
        return [Piece(account) for account in clients]
    each = -(-2 * most // len(clients))
    first = next(iter(clients.values()))

    def cut(account: str) -> list[Piece]:
        return _of_account(table, _of(table, where, account, own), clients[account], each)

    found = first.prefetch(cut, clients)
    return [piece for some in found for piece in some]


def rows(table: Table, where: Where, piece: Piece, client: Client, own: str) -> Iterator[Row]:
    """Yield the rows of a piece; `own` is the credentials' account."""
    where = _of(table, where, piece.account, own)
    if piece.parents is not None:
        parent = next(column for column in table.columns if column.key and column.references)
        where = replace(where, equal={**where.equal, parent.name: piece.parents})
    found = table.rows(client, where) if piece.is_whole else _of_days(table, where, piece, client)
    for row in found:
        if piece.account != own and row.get("account_sid") == own:
            raise ProgrammingError(
                f"{table.name}: Twilio has no list of it for {piece.account}, only for {own}: read it without accounts"
            )
        yield row


def _of(table: Table, where: Where, account: str, own: str) -> Where:
    """The constraints for an account: lists without an account in their path have an input for a subaccount's rows."""
    if account == own or not any(column.name == _SUBACCOUNT and column.filter for column in table.columns):
        return where
    return replace(where, equal={**where.equal, _SUBACCOUNT: (account,)})


def _of_days(table: Table, where: Where, piece: Piece, client: Client) -> Iterator[Row]:
    """Yield the rows of a piece's days; the newest piece has those without a day too, such as calls that wait.

    These are read first and come last: one that gets its day meanwhile is there once.
    """
    day = _day_column(table)
    if day is None:
        raise ValueError(f"{table.name} has no days")
    waiting: dict[object, Row] = {}
    for undated in _undated(table) or ():
        allowed = all(value in where.equal.get(name, (value,)) for name, value in undated.items())
        if piece.end is None and allowed and day.name not in where.between:
            equal = {**where.equal, **{name: (value,) for name, value in undated.items()}}
            listed = table.rows(client, replace(where, equal=equal))
            waiting |= {row["sid"]: row for row in listed if not moment(day.json_key, row)}
    for row in table.rows(client, _within(where, day.name, piece.first, piece.end)):
        created = moment(day.json_key, row)[:10]
        if created and (piece.first or "") <= created < (piece.end or "9999-99"):
            waiting.pop(row.get("sid"), None)
            yield row
    yield from waiting.values()


def _undated(table: Table) -> tuple[Params, ...] | None:
    """The filters that list the rows without a day; none if there are none, None if every row has a day."""
    resource = getattr(table.rows, "__self__", None)
    return resource.undated if isinstance(resource, Resource) else None


def _of_account(table: Table, where: Where, client: Client, most: int) -> list[Piece]:
    account = client.settings.account_sid or ""
    parent = next((column for column in table.columns if column.key and column.references), None)
    keyed = any(where.any_of(column.name) is not None for column in table.columns if column.key)
    if parent is not None and (given := where.any_of(parent.name)) is not None:
        return [*_by_parents(account, given, most)]
    if parent is not None and _is_within(table, parent) and not keyed:
        return [*_by_parents(account, _parents(parent, client), most)]
    day = _day_column(table)
    if day is None or keyed or (_undated(table) == () and day.name not in where.between):
        return [Piece(account)]
    return _by_days(table, where, day, client, most)


def _is_within(table: Table, parent: Column) -> bool:
    """Whether Twilio lists the rows of one parent only."""
    resource = getattr(table.rows, "__self__", None)
    return not resource.path if isinstance(resource, Resource) else parent.none_when is not None


def _by_parents(account: str, parents: Sequence[str], most: int) -> Iterator[Piece]:
    size = max(_FEWEST_PARENTS, -(-len(parents) // most))
    for start in range(0, len(parents), size):
        some = tuple(parents[start : start + size])
        yield Piece(account, parents=some, weight=len(some))


def _parents(column: Column, client: Client) -> list[str]:
    """The keys of the rows of another table that may have rows here."""
    name, _, key = column.references.partition(".")
    parent = next(table for table in CATALOG.tables if table.name == name)
    with_rows = {
        each.name: kept
        for each in parent.columns
        if len(kept := tuple(value for value in each.values if not _has_none(column, {each.json_key: value})))
        < len(each.values)
    }
    field = next(each.json_key for each in parent.columns if each.name == key)
    listed = parent.rows(client, Where(equal=with_rows, columns=frozenset((key, *with_rows))))
    return list(dict.fromkeys(str(row[field]) for row in listed if not _has_none(column, row)))


def _has_none(column: Column, parent: Row) -> bool:
    return column.none_when is not None and column.none_when(parent)


def _by_days(table: Table, where: Where, day: Column, client: Client, most: int) -> list[Piece]:
    """Cut an account's list into ranges of as many days each, so that the newest is open above, the oldest below."""
    account = client.settings.account_sid or ""
    found = table.rows(client, replace(where, limit=_NEWEST, ordered=table.newest_first == day.name))
    days = [made[:10] for row in islice(found, _NEWEST) if (made := moment(day.json_key, row))]
    if len(days) < _NEWEST:
        return [Piece(account, weight=max(1, len(days)))]
    newest, shown = date.fromisoformat(max(days)), date.fromisoformat(min(days))
    each_day = len(days) / ((newest - shown).days + 1)
    total = (newest - _oldest(table, where, day, client, newest, shown)).days + 1
    count = min(most, total)
    starts = [newest + timedelta(days=1) - timedelta(days=round(total * place / count)) for place in range(1, count)]
    bounds = [None, *(start.isoformat() for start in starts), None]
    weight = max(1, round(each_day * total / count))
    return [Piece(account, first, end, weight=weight) for end, first in pairwise(bounds)]


def _oldest(table: Table, where: Where, day: Column, client: Client, newest: date, shown: date) -> date:
    """A day before which there is probably no row: as many days back as were needed, doubled until none is older."""
    back = (newest - shown).days + 1
    while back < _LONGEST:
        before = shown - timedelta(days=back)
        older = _within(replace(where, limit=1), day.name, None, before.isoformat())
        if next(iter(table.rows(client, older)), None) is None:
            return before
        back *= 2
    return shown - timedelta(days=_LONGEST)


def _day_column(table: Table) -> Column | None:
    """The column by whose days Twilio lists the table, newest first."""
    return next((each for each in table.columns if each.name == table.newest_first and each.filter), None)


def _within(where: Where, name: str, first: str | None, end: str | None) -> Where:
    terms: Iterable[tuple[str, str | None]] = ((">=", first), ("<", end))
    more = tuple((operator, bound) for operator, bound in terms if bound is not None)
    return replace(where, between={**where.between, name: (*where.between.get(name, ()), *more)})
