"""Sandbox: a local Twilio in this process, started and stopped by `with`; and `serve`, which runs one in front."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, TypeVar

from .counters import Counters, LoggedRequest
from .credentials import ACCOUNT, API_KEY, SUBACCOUNT
from .faults import Fault
from .readings import changed
from .records import Call, Conference, Participant
from .server import Server, listen
from .settings import Settings
from .state import State

T = TypeVar("T")


@dataclass(frozen=True)
class CallView:
    """A snapshot of a call; `conference` and `label` are None outside a conference."""

    sid: str
    to: str
    from_: str
    status: str
    conference: str | None
    label: str | None


@dataclass(frozen=True)
class ConferenceView:
    """A snapshot of a conference; `calls` are the SIDs of its present calls, oldest first."""

    sid: str
    name: str
    status: str
    reason: str | None
    calls: tuple[str, ...]


@dataclass(frozen=True)
class MessageView:
    """A snapshot of a message; `media` are the URLs of its media."""

    sid: str
    to: str
    from_: str | None
    body: str
    media: tuple[str, ...]
    status: str


class Sandbox:
    """A local Twilio over HTTP on 127.0.0.1 and the given port. Keywords are those of `Settings`.

    Port 0 is another free one at each start. Methods may be called from any thread, before, while and after it runs.
    """

    account_sid, auth_token = ACCOUNT.user, ACCOUNT.password
    api_key, api_secret = API_KEY.user, API_KEY.password
    subaccount_sid, subaccount_auth_token = SUBACCOUNT.user, SUBACCOUNT.password

    def __init__(self, *, port: int = 0, **settings: Any) -> None:
        self._state = State(Settings(**settings))
        self._wanted_port = self._port = port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Sandbox:
        """Serve in a thread of its own; requests are answered when this returns. Raises OSError for a taken port."""
        listener = listen(self._wanted_port)
        self._port = listener.getsockname()[1]
        server = self._server = Server(self._state, listener)
        self._thread = threading.Thread(target=lambda: asyncio.run(server.run()), name="twsql-sandbox", daemon=True)
        self._thread.start()
        server.wait_until_started()
        return self

    def serve(self, port: int = 0, started: Callable[[], None] | None = None) -> None:
        """Serve in the foreground until Ctrl-C or SIGTERM; see the function `serve`."""
        listener = listen(port)
        self._port = listener.getsockname()[1]
        self._server = Server(self._state, listener)
        if started is not None:
            started()
        try:
            asyncio.run(self._server.run(stop_on_signals=True))
        finally:
            self._server = None

    def stop(self) -> None:
        """Stop serving, at once, also while clients wait for answers."""
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Return its URL: `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def settings(self) -> Settings:
        """Return the current settings."""
        return self._state.settings

    def change(self, **settings: Any) -> None:
        """Change settings while it runs; those of the seed have no effect before the next reset."""
        self._ask(lambda: self._state.change(replace(self._state.settings, **settings)))

    def read(self, **readings: Any) -> None:
        """Change readings while it runs; keywords are those of `Readings`. Raises ValueError for another."""
        self.change(readings=changed(self.settings.readings, readings))

    @property
    def counters(self) -> Counters:
        """Return the counts since the start or the last `clear`."""
        return self._ask(self._state.counters)

    @property
    def requests(self) -> list[LoggedRequest]:
        """Return the last requests that were answered, oldest first."""
        return self._ask(lambda: list(self._state.traffic.log))

    def clear(self) -> None:
        """Clear counters and log."""
        self._ask(self._state.clear)

    def reset(self) -> None:
        """Begin anew: the seed's world, nothing counted, no faults."""
        self._ask(self._state.reset)

    def fail(self, kind: str, **rule: Any) -> Fault:
        """Make requests fail; keywords are those of `Fault`. Raises ValueError for an unknown kind."""
        fault = Fault(kind, **rule)
        self._ask(lambda: self._state.faults.rules.append(fault))
        return fault

    def heal(self, *faults: Fault) -> None:
        """Take back these faults, or all; requests that a slow one delays get their response at once."""
        self._ask(lambda: self._state.faults.heal(*faults))

    def advance(self, seconds: float) -> None:
        """Move the sandbox's time on; events that are due by then have happened when this returns."""
        self._ask(lambda: self._state.advance(seconds))

    def calls(self, *, to: str | None = None, account: str | None = None) -> list[CallView]:
        """Return the calls that were placed (not those of the seed), oldest first."""
        return self._ask(lambda: _calls(self._state, to, account or self.account_sid))

    def messages(self, *, to: str | None = None, account: str | None = None) -> list[MessageView]:
        """Return the messages that were sent (not those of the seed) and not deleted, oldest first."""
        return self._ask(lambda: _messages(self._state, to, account or self.account_sid))

    def conferences(self, name: str | None = None, *, account: str | None = None) -> list[ConferenceView]:
        """Return the conferences, or those of a name, oldest first."""
        return self._ask(lambda: _conferences(self._state, name, account or self.account_sid))

    def conference(self, name: str) -> ConferenceView:
        """Return the newest conference of a name. Raises LookupError when there is none."""
        found = self.conferences(name)
        if not found:
            raise LookupError(f"no conference {name!r}")
        return found[-1]

    def _ask(self, question: Callable[[], T]) -> T:
        return question() if self._server is None else self._server.ask(question)


def serve(sandbox: Sandbox, port: int = 0, started: Callable[[], None] | None = None) -> None:
    """Serve in the foreground until Ctrl-C or SIGTERM; needs the main thread. Raises OSError for a taken port.

    `started` is called once requests are about to be answered, when `base_url` is known.
    """
    sandbox.serve(port, started)


def _calls(state: State, to: str | None, account: str) -> list[CallView]:
    state.world.settle()
    calls = state.world.accounts[account].calls
    return [_call_view(state, call) for call in calls if to in (None, call.to) and not call.deleted]


def _messages(state: State, to: str | None, account: str) -> list[MessageView]:
    now, sids = state.clock.now(), state.world.sids
    sent = [one for one in state.world.mailboxes[account].sent if to in (None, one.to) and not one.deleted]
    return [
        MessageView(
            sids.make(one.prefix, one.account.number, one.number),
            one.to,
            one.from_,
            one.body,
            tuple(url for url in one.media if url is not None),
            one.status(now),
        )
        for one in sent
    ]


def _conferences(state: State, name: str | None, account: str) -> list[ConferenceView]:
    state.world.settle()
    conferences = state.world.accounts[account].conferences
    return [_conference_view(state, one) for one in conferences if name in (None, one.name)]


def _call_view(state: State, call: Call) -> CallView:
    participant: Participant | None = call.participant
    name, label = (participant.conference.name, participant.label) if participant else (None, None)
    return CallView(_call_sid(state, call), call.to, call.from_, call.status, name, label)


def _conference_view(state: State, one: Conference) -> ConferenceView:
    sid = state.world.sids.make("CF", one.account.number, one.number)
    calls = tuple(_call_sid(state, participant.call) for participant in state.world.present(one))
    return ConferenceView(sid, one.name, one.status, one.reason, calls)


def _call_sid(state: State, call: Call) -> str:
    return state.world.sids.make("CA", call.account.number, call.number)
