"""A stateful local Twilio over real HTTP: accounts, calls, conferences, participants, numbers, queues and usage.

    with Sandbox(conferences=100, participants=5) as sandbox:
        requests.get(sandbox.base_url + "/2010-04-01/Accounts.json", auth=(sandbox.account_sid, sandbox.auth_token))

Its credentials are fixed and obviously fake:

    account      AC00000000000000000000000000000001  token   sandbox-auth-token
    API key      SK00000000000000000000000000000001  secret  sandbox-api-secret
    subaccount   AC00000000000000000000000000000002  token   sandbox-subaccount-token
"""

from __future__ import annotations

from .counters import Counters, LoggedRequest
from .faults import KINDS, Fault
from .local import CallView, ConferenceView, Sandbox, serve
from .readings import Readings, each_reading
from .settings import Settings

__all__ = [
    "KINDS",
    "CallView",
    "ConferenceView",
    "Counters",
    "Fault",
    "LoggedRequest",
    "Readings",
    "Sandbox",
    "Settings",
    "each_reading",
    "serve",
]
