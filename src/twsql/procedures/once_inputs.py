"""The inputs and results that each procedure has whose effect must happen once."""

from __future__ import annotations

from twsql.schema import Column, Parameter
from twsql.schema.once import DRY_RUN

CHECK_ONLY = Parameter(
    DRY_RUN,
    "Whether to check the inputs only and send nothing. WHERE DryRun means DryRun = 1.",
    "boolean",
    default="false",
    ours=True,
)
"""DryRun, an input of each procedure with `once_inputs`."""


def once_inputs(noun: str) -> tuple[Parameter, ...]:
    """RequestKey, OnError and Batch, the last inputs; `noun` names the effect: `call`, say."""
    return (
        Parameter(
            "RequestKey",
            f"Your name for this {noun}: the same key never makes a second one, and gives the recorded result.",
            most=255,
            ours=True,
            never_null=True,  # without a key nothing keeps the next run from doing it again
        ),
        Parameter(
            "OnError",
            f"raise: the first {noun} that fails ends the statement; row: it is a row with ErrorCode and ErrorMessage.",
            "enum",
            values=("raise", "row"),
            default="raise",
            ours=True,
        ),
        Parameter("Batch", f"Several {noun}s: a JSON array of objects, each with inputs of one.", ours=True),
    )


def price_columns() -> tuple[Column, ...]:
    """PricePerMinute and PriceUnit, of a dry run of a call; reading them places none."""
    return (
        Column(
            "PricePerMinute",
            "With DryRun: what a minute would cost at most, by Twilio's Pricing; NULL: Twilio tells no price.",
            "real",
            hidden=True,
            late=True,
        ),
        Column("PriceUnit", "With DryRun: the currency of that price, USD for example.", hidden=True, late=True),
    )


def once_columns(noun: str, done: str) -> tuple[Column, ...]:
    """ErrorCode and ErrorMessage, for OnError row."""
    return (
        Column(
            "ErrorCode", f"With OnError row: Twilio's code of why the {noun} was not {done}.", "integer", hidden=True
        ),
        Column("ErrorMessage", f"With OnError row: why the {noun} was not {done}.", hidden=True),
    )
