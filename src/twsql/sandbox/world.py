"""The world: accounts, conferences and calls, and the rules by which they change. No HTTP.

Nothing runs in the background: `settle` lets all events happen, in order, that are due by the clock.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import Counter

from .clock import Clock
from .credentials import ACCOUNT, SUBACCOUNT
from .errors import ApiError
from .kinds import furnish
from .mailbox import mailbox
from .orders import CallOrder, ParticipantChange, ParticipantOrder
from .records import ENDED, Account, Call, Conference, Participant
from .seed import PLACED, further_subaccounts, seed_account, seeded_participant, seeded_participants
from .settings import Settings
from .sids import Sids
from .waiting import enter, leave

_LAST_LEFT, _LAST_KICKED = "last-participant-left", "last-participant-kicked"
_ENDER_LEFT = "participant-with-end-conference-on-exit-left"
_ENDER_KICKED = "participant-with-end-conference-on-exit-kicked"


class World:
    """All accounts of a sandbox, and those that each one's credentials may read, its own first.

    `placed` counts the calls placed, by conference name (None: none) and To.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.sids = Sids(settings.seed)
        self.placed: Counter[tuple[str | None, str]] = Counter()
        self._due: list[tuple[float, int, str, Call]] = []
        self._dues = 0
        now = clock.started  # exactly, so that the same seed gives the same times
        main = Account(ACCOUNT.user, 1, "Sandbox", ACCOUNT.user, now)
        sub = Account(SUBACCOUNT.user, 2, "Sandbox subaccount", ACCOUNT.user, now)
        every = (main, sub, *further_subaccounts(settings, ACCOUNT.user, now))
        self.accounts = {account.sid: account for account in every}
        self.readable = {SUBACCOUNT.user: (SUBACCOUNT.user,), ACCOUNT.user: tuple(self.accounts)}
        seed_account(main, settings, now)
        furnish(main, now)
        self.mailboxes = {
            sid: mailbox(account, settings, now, seeded=settings.messages * (account is main))
            for sid, account in self.accounts.items()
        }

    # Finding

    def conference(self, account: Account, sid: str) -> Conference | None:
        """Return the conference with this SID."""
        number = self.sids.number(sid, account.number)
        return account.conferences[number] if number is not None and number < len(account.conferences) else None

    def active(self, account: Account, name: str) -> Conference | None:
        """Return the conference of this name that has not ended."""
        if self.settings.readings.names == "ignore case":
            same = (one for one in reversed(account.conferences) if one.name.casefold() == name.casefold())
            return next((one for one in same if one.status != "completed"), None)
        conference = account.named.get(name)
        return None if conference is None or conference.status == "completed" else conference

    def present(self, conference: Conference) -> list[Participant]:
        """Return the participants in a conference, or being called into it, oldest first. Do not change the list."""
        if conference.present is not None:
            return conference.present
        return [] if conference.status == "completed" else seeded_participants(conference)

    def past(self, conference: Conference) -> list[Participant]:
        """Return the participants who have left a conference, in that order. Do not change the list."""
        if conference.present is None and conference.status == "completed":
            return seeded_participants(conference)
        return conference.past

    def numbered_call(self, account: Account, number: int) -> Call:
        """Return the call of this number, which must exist."""
        if number >= PLACED:
            return account.calls[number - PLACED]
        conference = account.conferences[number >> 8]
        if conference.present is None:
            return seeded_participant(conference, number & 255).call
        everyone = (*conference.present, *conference.past)
        return next(participant.call for participant in everyone if participant.call.number == number)

    def call(self, account: Account, sid: str) -> Call | None:
        """Return the call with this SID."""
        number = self.sids.number(sid, account.number)
        if number is None:
            return None
        if number >= PLACED:
            known = number - PLACED < len(account.calls)
        else:
            known = number >> 8 < account.seeded and number & 255 < account.crowd
        call = self.numbered_call(account, number) if known else None
        return None if call is None or call.deleted else call

    # Placing calls

    def place(self, account: Account, order: CallOrder) -> Call:
        """Place a call; it starts when the account's rate allows."""
        now = self.clock.now()
        rate = self.settings.calls_per_second
        start = max(now, account.free_at)
        account.free_at = start + 1 / rate if rate else now
        call = Call(account, PLACED + len(account.calls), order.to, order.from_, now, now, start - now)
        call.timeout, call.time_limit, call.caller = order.timeout, order.time_limit, order.caller
        call.detects = order.detects
        call.enqueue = order.enqueue
        account.calls.append(call)
        self._when(start + self.settings.ring_after, "ringing", call)
        return call

    def place_call(self, account: Account, order: CallOrder) -> Call:
        """Place a call into no conference."""
        self.placed[None, order.to] += 1
        return self.place(account, order)

    def add_participant(self, account: Account, name: str, order: ParticipantOrder) -> Participant:
        """Call someone into the active conference of this name, or a new one."""
        conference = self.active(account, name)
        if conference is None:
            return self.join(self._open(account, name, order.region), order)
        return self.join(conference, order)

    def join(self, conference: Conference, order: ParticipantOrder) -> Participant:
        """Call someone into a conference. Raises ApiError when it has ended or is full, or the label is taken."""
        if conference.status == "completed":
            raise ApiError(16022)
        present = self._kept(conference)
        most = conference.most if order.most is None else order.most
        if len(present) >= most:
            raise ApiError(16020)
        barred = [*present, *conference.past] if self.settings.readings.label_reuse == "never" else present
        if order.label is not None and any(one.label == order.label for one in barred):
            raise ApiError(16026, order.label)
        conference.most = most
        self.placed[conference.name, order.call.to] += 1
        call = self.place(conference.account, order.call)
        participant = Participant(call, conference, order.label, order.muted, updated=call.created)
        participant.coaching, participant.coached = order.coaching, order.coached
        participant.starts, participant.ends = order.starts, order.ends
        call.participant = participant
        present.append(participant)
        return participant

    def _open(self, account: Account, name: str, region: str) -> Conference:
        now = self.clock.now()
        number = len(account.conferences)
        conference = Conference(account, number, name, "init", now, now, region, older=account.named.get(name))
        account.conferences.append(conference)
        account.by_status["init"].append(number)
        account.named[name] = conference
        return conference

    # Changing

    def change_participant(self, participant: Participant, change: ParticipantChange) -> Participant:
        """Change what is given of a participant who is present; return them as they are then."""
        kept = self._kept_participant(participant)
        for name in ("muted", "hold", "coaching", "coached", "ends"):
            value = getattr(change, name)
            if value is not None:
                setattr(kept, name, value)
        kept.updated = self.clock.now()
        return kept

    def remove_participant(self, participant: Participant) -> None:
        """End a participant's call."""
        self._end(self._kept_participant(participant).call, self.clock.now(), kicked=True)

    def end_call(self, call: Call, *, cancel: bool = False) -> Call:
        """Hang up, or cancel a call that has not been answered. Raises ApiError when it is too late for that."""
        if call.status in ENDED or (cancel and call.status == "in-progress"):
            raise ApiError(21220, f"the call is {call.status}")
        if call.participant is not None:
            call = self._kept_participant(call.participant).call
        self._end(call, self.clock.now(), "canceled" if cancel else None)
        return call

    def redirect(self, call: Call, queue: str | None) -> None:
        """Let a call go on elsewhere: into the queue of this name, or out of the one that it waits in."""
        if call.status != "in-progress":
            raise ApiError(21220, f"the call is {call.status}")
        if call.participant is not None:
            call = self._kept_participant(call.participant).call
        leave(call)
        if queue is not None:
            enter(call, queue, self.clock.now())

    def delete_call(self, call: Call) -> None:
        """Forget a call that has ended. Raises ApiError when it has not."""
        if call.status not in ENDED:
            raise ApiError(20409, "the call has not ended")
        if call.participant is not None:
            self._kept(call.participant.conference)
        self.numbered_call(call.account, call.number).deleted = True

    def end_conference(self, conference: Conference) -> None:
        """Complete a conference and hang up on everyone in it; nothing happens to one that is over."""
        if conference.status != "completed":
            self._complete(conference, self.clock.now(), "conference-ended-via-api", None)

    # Time

    def settle(self) -> None:
        """Let all events happen that are due."""
        now = self.clock.now()
        while self._due and self._due[0][0] <= now:
            when, _, event, call = heapq.heappop(self._due)
            if call.status not in ENDED:
                self._happen(event, call, when)

    def _when(self, when: float, event: str, call: Call) -> None:
        self._dues += 1
        heapq.heappush(self._due, (when, self._dues, event, call))

    def _happen(self, event: str, call: Call, when: float) -> None:
        if event == "ringing":
            self._ring(call, when)
        elif event == "in-progress":
            self._answer(call, when)
        else:
            self._end(call, when, event)

    def _ring(self, call: Call, when: float) -> None:
        call.status, call.began, call.updated = "ringing", when, when
        answer_after = self.settings.answer_after
        if answer_after is None or answer_after > call.timeout:
            self._when(when + call.timeout, "no-answer", call)
        else:
            self._when(when + answer_after, "in-progress", call)

    def _answer(self, call: Call, when: float) -> None:
        call.status, call.answered, call.updated = "in-progress", when, when
        call.answered_by = "human" if call.detects else None
        lengths = (self.settings.hang_up_after, call.time_limit)
        length = min((seconds for seconds in lengths if seconds is not None), default=None)
        if length is not None:
            self._when(when + length, "completed", call)
        if call.enqueue is not None:
            enter(call, call.enqueue, when)
        participant = call.participant
        if participant is not None:
            participant.updated = when
            if participant.starts and participant.conference.status == "init":
                self._move(participant.conference, "in-progress", when)

    def _end(self, call: Call, when: float, status: str | None = None, *, kicked: bool = False) -> None:
        """End a call, and its conference if that ends with it."""
        was = call.status
        call.status = status or ("completed" if was == "in-progress" else "canceled")
        call.ended = call.updated = when
        participant = call.participant
        if participant is None:
            return
        conference = participant.conference
        self._leave(participant, when)
        if participant.ends and was == "in-progress":
            self._complete(conference, when, _ENDER_KICKED if kicked else _ENDER_LEFT, call)
        elif not conference.present:
            self._complete(conference, when, _LAST_KICKED if kicked else _LAST_LEFT, call)

    def _leave(self, participant: Participant, when: float) -> None:
        conference = participant.conference
        self._kept(conference).remove(participant)
        conference.past.append(participant)
        participant.updated = when

    def _complete(self, conference: Conference, when: float, reason: str, ended_by: Call | None) -> None:
        for participant in tuple(self._kept(conference)):
            call = participant.call
            call.status = "completed" if call.status == "in-progress" else "canceled"
            call.ended = call.updated = when
            self._leave(participant, when)
        conference.reason, conference.ended_by = reason, ended_by
        self._move(conference, "completed", when)

    def _move(self, conference: Conference, status: str, when: float) -> None:
        by_status = conference.account.by_status
        before = by_status[conference.status]
        del before[bisect_left(before, conference.number)]
        insort(by_status[status], conference.number)
        conference.status, conference.updated = status, when

    def _kept(self, conference: Conference) -> list[Participant]:
        """Return who is present, to be changed: from now on a seeded conference's participants are kept."""
        if conference.present is None:
            everyone = seeded_participants(conference)
            over = conference.status == "completed"
            conference.present, conference.past = ([], everyone) if over else (everyone, [])
        return conference.present

    def _kept_participant(self, participant: Participant) -> Participant:
        """Return the kept copy of a participant of a conference that was as seeded until now."""
        present = self._kept(participant.conference)
        return next(one for one in present if one.call.number == participant.call.number)
