"""The procedures, one file each; a new one is a file here and an entry in PROCEDURES."""

from __future__ import annotations

from twsql.procedures.add_outgoing_caller_ids import ADD_OUTGOING_CALLER_IDS
from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.procedures.end_conference import END_CONFERENCE
from twsql.procedures.modify_participants import MODIFY_PARTICIPANTS
from twsql.procedures.place_call import PLACE_CALL
from twsql.procedures.remove_participants import REMOVE_PARTICIPANTS
from twsql.procedures.send_message import SEND_MESSAGE

PROCEDURES = (
    ADD_PARTICIPANTS,
    MODIFY_PARTICIPANTS,
    REMOVE_PARTICIPANTS,
    END_CONFERENCE,
    PLACE_CALL,
    SEND_MESSAGE,
    ADD_OUTGOING_CALLER_IDS,
)
