"""A request as the operations see it: its account, the segments of its path, its query and its form."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qs, parse_qsl, unquote

from .credentials import account_of
from .errors import ApiError
from .records import Account
from .state import State


@dataclass
class Request:
    """One request; `path`, its `segments` and `raw_query` are as they came, percent-encoded."""

    state: State
    method: str
    path: str
    raw_query: str
    body: bytes
    headers: list[tuple[bytes, bytes]]
    segments: dict[str, str]
    readable: tuple[str, ...] = field(init=False)
    account: Account = field(init=False)

    def header(self, name: bytes) -> bytes:
        """Return the value of a header, given in lower case; empty when there is none."""
        return next((value for key, value in self.headers if key == name), b"")

    @property
    def origin(self) -> str:
        """The server's address as the client has it, for addresses in answers."""
        return "http://" + self.header(b"host").decode("latin-1")

    def authorize(self) -> None:
        """Find the accounts: `readable` are those that the credentials open, `account` the one in the path.

        Without one in the path it is the credentials' own. Raises ApiError 20003.
        """
        self.readable = self.state.world.readable[account_of(self.header(b"authorization"))]
        sid = self.segments.get("account", self.readable[0])
        if sid not in self.readable:
            raise ApiError(20003)
        self.account = self.state.world.accounts[sid]

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the query; the last value of a repeated key."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True)) if self.raw_query else {}

    @cached_property
    def form(self) -> dict[str, list[str]]:
        """Return the form's values by key. Raises ApiError 20001 when it is not UTF-8."""
        try:
            return parse_qs(self.body.decode(), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError as error:
            raise ApiError(20001, "the form is not UTF-8") from error

    def segment(self, name: str) -> str:
        """Return a decoded segment of the path: `a%2Fb` is one. Raises ApiError 20404 if it is not UTF-8."""
        try:
            return unquote(self.segments[name], errors="strict")
        except UnicodeDecodeError as error:
            raise ApiError(20404, self.path) from error
