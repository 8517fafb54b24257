"""Adds the command that helps to an error."""

from __future__ import annotations

from twsql.errors import AuthenticationFailed

INTERRUPTED = "interrupted; the journal has the calls that were dialled: 'twsql journal settle' finds their outcome"


def remedy(error: BaseException | None) -> str:
    """`; run …` with the command that finds out more; '' if there is none."""
    while error is not None:
        if isinstance(error, AuthenticationFailed) and error.status == 401:
            return "; 'twsql doctor' checks the credentials"
        error = error.__cause__
    return ""
