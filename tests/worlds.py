"""A Twilio with conferences in it, and what was asked of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import apsw

from twsql.sandbox import LoggedRequest, Sandbox

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


@dataclass(frozen=True)
class World:
    """A sandbox and a connection to it; `asked` runs SQL and gives its rows and its requests."""

    sandbox: Sandbox
    db: apsw.Connection

    def asked(self, sql: str, *bindings: Any) -> tuple[list[Any], list[str]]:
        """The rows, and the requests as `GET Conferences Status=init PageSize=9`, in order."""
        self.sandbox.clear()
        rows = self.db.execute(sql, bindings).fetchall()
        return rows, self.requests()

    def logged(self) -> list[LoggedRequest]:
        """The requests since the last clearing; they are logged once they are answered."""
        while self.sandbox.counters.under_way:
            time.sleep(0.001)
        return self.sandbox.requests

    def requests(self) -> list[str]:
        """The requests since the last clearing, without the account."""
        return [
            " ".join(
                [
                    each.method,
                    each.raw_path.split(self.sandbox.account_sid + "/")[-1].removesuffix(".json"),
                    *(f"{key}={value}" for key, value in each.query + each.form if key not in ("Page", "PageToken")),
                ]
            )
            for each in self.logged()
        ]

    def get(self, sql: str, *bindings: Any) -> Any:
        """The first value of the first row."""
        return self.db.execute(sql, bindings).fetchall()[0][0]
