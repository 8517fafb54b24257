"""What a list proves that lacks the effect: nothing at first, as lists may be late; with time, that it was not done.

10:00:00  sent; the connection is reset              Twilio may have received it
10:02:05  (four times `timeout` and the clocks)      by now Twilio has carried it out, or never will
10:03:05  (and a minute)                             by now the list shows it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.errors import OutcomeUnknown
from twsql.schema.once import EVER, Lost

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def prove(client: Client, lost: Lost, where: str, asked: float) -> None:
    """Return if an effect that a list lacks was certainly not done. Raises OutcomeUnknown if it is too early to tell.

    `asked` is when twsql began to read the list, by `time.monotonic`: reading a long one may take minutes.
    """
    now, window = client.clock.at(asked), lost.window()
    if window.latest == EVER[1]:
        raise OutcomeUnknown(f"it is not in {where}, which may be late: look again in some minutes")
    if now is None or now < window.listed:
        sure = f"{window.listed:%Y-%m-%d %H:%M:%S}"
        raise OutcomeUnknown(f"it is not in {where}, which may be late: look again from {sure} UTC on")
