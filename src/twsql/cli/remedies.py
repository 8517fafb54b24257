"""Adds the command that helps to an error."""

from __future__ import annotations

from twsql.errors import AuthenticationFailed

INTERRUPTED = "interrupted; calls that were dialled are on record: 'twsql journal settle' finds what became of them"


def remedy(error: BaseException | None) -> str:
    """`; run …` with the command that finds out more; '' if there is none."""
    while error is not None:
        if isinstance(error, AuthenticationFailed) and error.status == 401:
            return "; 'twsql doctor' checks the credentials"
        error = error.__cause__
    return ""
