"""Every error that twsql raises, so that `except twsql.Error` catches all of them.

The tree is PEP 249's, with leaves only where a caller acts differently:

    Warning
    Error
     ├─ InterfaceError            the driver was used wrongly (a closed cursor, say)
     └─ DatabaseError
         ├─ DataError             a value cannot be used
         │   └─ InputError        one or more inputs of a procedure or of an INSERT or UPDATE are missing or wrong
         ├─ OperationalError      not the program's fault: network, Twilio, disk
         │   └─ TwilioError       Twilio refused, or its response could not be read
         │       ├─ NotFound      the SID, name or label does not exist (HTTP 404)
         │       ├─ AuthenticationFailed   the credentials were refused (HTTP 401 and 403)
         │       ├─ RateLimited   still HTTP 429 after the last attempt
         │       ├─ Unreachable   no connection was made: nothing was done
         │       └─ OutcomeUnknown   it was sent, and nobody knows whether Twilio carried it out
         ├─ IntegrityError
         ├─ InternalError
         ├─ ProgrammingError      wrong SQL, wrong EXEC, wrong parameters
         │   └─ SettingError      a setting is missing or malformed
         └─ NotSupportedError
             └─ ReadOnlyError     the statement may not change anything, or not this column
"""

from __future__ import annotations

import builtins

from twsql.redaction import clean

NO_INSIGHTS = 17007
"""The code of the TwilioError for an account without Voice Insights Advanced Features."""


class Warning(builtins.Warning):
    """A statement may not mean what it says. It comes through `warnings.warn`; only a filter raises it."""


class Error(Exception):
    """The base of every error of twsql. Secrets that were sent are redacted in its text, whoever repeated them."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*(clean(each) if isinstance(each, str) else each for each in arguments))


class InterfaceError(Error):
    """The driver was used wrongly: a closed connection or cursor, for example."""


class DatabaseError(Error):
    """The base of everything that went wrong below the driver."""


class DataError(DatabaseError):
    """A value cannot be used."""


class InputError(DataError):
    """Inputs are missing or wrong; nothing was sent. The message names every one of them."""


class OperationalError(DatabaseError):
    """Something outside the program failed: the network, Twilio, the disk."""


class TwilioError(OperationalError):
    """Twilio refused a request, or its response could not be read.

    Attributes: `status`, the HTTP status (None without a response); `code`, Twilio's error code; `message`, Twilio's
    text; `more_info`, the URL of the code's page; `request_id`, Twilio's id of the request; `progress`, the outcome of
    the statement's other calls, in words.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: int | None = None,
        more_info: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message: str = self.args[0]
        self.status = status
        self.code = code
        self.more_info = more_info and clean(more_info)
        self.request_id = request_id and clean(request_id)
        self.progress = ""

    def __str__(self) -> str:
        facts = [
            f"HTTP {self.status}" if self.status is not None else "",
            f"code {self.code}" if self.code is not None else "",
            f"request {self.request_id}" if self.request_id else "",
        ]
        known = ", ".join(fact for fact in facts if fact)
        text = f"{self.message} ({known})" if known else self.message
        text = f"{text}; see {self.more_info}" if self.more_info else text
        return f"{text}; {self.progress}" if self.progress else text


class NotFound(TwilioError):
    """The SID, name or label does not exist, or no longer does."""


class AuthenticationFailed(TwilioError):
    """The credentials were refused, or may not do this."""

    def __str__(self) -> str:
        text = super().__str__()
        return f"{text}; run 'twsql doctor' to check the credentials" if self.status == 401 else text


class RateLimited(TwilioError):
    """Twilio responded with 429 to the last attempt too; it has done nothing."""


class Unreachable(TwilioError):
    """No connection to Twilio was made, so nothing was done."""


class OutcomeUnknown(TwilioError):
    """A request was sent, and no response tells whether Twilio carried it out. Do not blindly repeat it."""


class IntegrityError(DatabaseError):
    """A constraint of a SQLite table was violated."""


class InternalError(DatabaseError):
    """SQLite, or twsql itself, is in a state that should not be."""


class ProgrammingError(DatabaseError):
    """Wrong SQL, a wrong EXEC, or wrong parameters."""


class SettingError(ProgrammingError):
    """A setting is missing or malformed; the message names its argument and its environment variable."""


class NotSupportedError(DatabaseError):
    """Twilio or SQLite has no such thing."""


class ReadOnlyError(NotSupportedError):
    """The statement would change a read-only column, anything under `read_only`, or do what `safe` forbids."""
