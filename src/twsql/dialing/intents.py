"""Makes the intent of a call: the digest of its inputs, and the label by which it can be found again."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import blake2b
from secrets import token_hex

from twsql.dialing import known_entries
from twsql.dialing.entry import Intent, digest
from twsql.dialing.journal import Journal
from twsql.errors import InternalError
from twsql.schema import Checked, Procedure
from twsql.schema.inputs import OWN_LABEL
from twsql.schema.numbers import Number
from twsql.schema.once import Once
from twsql.twilio.settings import Settings


def intent_of(settings: Settings, journal: Journal, procedure: Procedure, checked: Checked) -> Intent:
    """The intent of a run, as the journal records it. Raises SettingError if credentials are missing."""
    account = settings.require_credentials()[0]
    key, once = checked.get("RequestKey"), once_of(procedure)
    intent = Intent(
        kind=once.noun,
        procedure=procedure.name,
        account_sid=account,
        server=settings.realm,
        request_key=None if key is None else str(key),
        digest=digest(procedure, checked),
        record=once.record(checked),
        label=_label(settings, once, checked, f"{account} {key}"),
    )
    return _as_recorded(journal, intent, procedure, checked)


def _as_recorded(journal: Journal, intent: Intent, procedure: Procedure, checked: Checked) -> Intent:
    """The intent, with the older digest if its key's entry has that.

    Earlier versions of twsql made the digest of the numbers as written, not of their E.164 form.
    """
    if (
        intent.request_key is None
        or not journal.older_digests
        or not any(isinstance(value, Number) for value in checked.values())
    ):
        return intent
    written = {name: value.written if isinstance(value, Number) else value for name, value in checked.items()}
    earlier = digest(procedure, written)
    return replace(intent, digest=earlier) if known_entries.has_digest(journal, intent, earlier) else intent


def _label(settings: Settings, once: Once, checked: Checked, name: str) -> str | None:
    """The label by which a call can be found again; twsql makes the same one for the same RequestKey."""
    if once.mark is None:
        return None
    if once.mark.parameter in checked:
        return str(checked[once.mark.parameter])
    if not settings.label_calls:
        return None
    digest = blake2b(name.encode(), digest_size=16).hexdigest()
    return OWN_LABEL + (token_hex(16) if "RequestKey" not in checked else digest)


def once_of(procedure: Procedure) -> Once:
    """The strategy of a procedure that must happen once."""
    if procedure.once is None:
        raise InternalError(f"{procedure.name} need not happen once")
    return procedure.once


def is_own(label: str | None) -> bool:
    """Whether twsql made a label."""
    return label is not None and re.fullmatch(OWN_LABEL + "[0-9a-f]{32}", label) is not None
