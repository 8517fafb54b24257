"""Procedures that only these tests know: declarations to parse against, nothing that Twilio hears of."""

from __future__ import annotations

from twsql.schema import Column, Parameter, Procedure

ADD = Procedure(
    name="AddParticipants",
    description="",
    inputs=(
        Parameter("Conference", alias="ConferenceSid"),
        *(Parameter(name) for name in ("From", "To", "Label", "WaitTime", "Record", "Trim")),
    ),
    columns=(Column("AccountSid"), Column("CallSid"), Column("ConferenceSid"), Column("Status")),
    run=lambda client, inputs: {},
)
HANG_UP = Procedure("HangUp", "", (Parameter("CallSid"),), (Column("Status"),), run=lambda client, inputs: {})
KNOWN = (ADD, HANG_UP)
