"""Calls that wait in queues: they come by the Enqueue of their TwiML, and go when they end or are taken out."""

from __future__ import annotations

from .kinds import QUEUES, add, kept
from .records import Call, Resource


def enter(call: Call, name: str, when: float) -> None:
    """Put a call into the queue of this name, a new one if there is none; nothing happens if the queue is full."""
    leave(call)
    account = call.account
    named = (queue for queue in kept(account, QUEUES) if queue.properties["friendly_name"] == name)
    queue = next(named, None) or add(account, QUEUES, when, friendly_name=name)
    if len(members(queue)) < queue.properties["max_size"]:
        call.queue, call.enqueued = queue, when
        account.waiting.append(call)


def leave(call: Call) -> None:
    """Take a call out of the queue that it waits in, if it waits."""
    if call.queue is not None:
        call.account.waiting.remove(call)
        call.queue = None


def members(queue: Resource) -> list[Call]:
    """Return the calls that wait in a queue, the first first."""
    waiting = queue.account.waiting
    waiting[:] = [call for call in waiting if call.status == "in-progress"]
    return [call for call in waiting if call.queue is queue]
