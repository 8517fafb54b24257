"""call_summaries: the calls of the last 30 days, as Voice Insights sums them up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.lists import insights
from twsql.lists.insights import Window
from twsql.procedures.addressing import is_call_sid
from twsql.schema import Column, Row, Table, Type
from twsql.schema.where import Where
from twsql.twilio.urls import product_path

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_LONGEST = timedelta(days=1)
"""A call lasts no longer; Twilio's EndTime may bound when calls ended."""
_WINDOW = Window("StartTime", since="StartTime", until="EndTime", longer=_LONGEST)
_EVERY_STATE = {"ProcessingState": "all"}
"""Those that are not complete yet too."""
_STATES = ("ringing", "completed", "busy", "fail", "noanswer", "canceled", "answered", "undialed")
_TYPES = ("carrier", "sip", "trunking", "client", "whatsapp")


def call_summaries(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each call: by SID one or two requests each, else Insights' list, with calls in progress."""
    there = client.at(insights.HOST)
    sids = where.any_of("CallSid")
    if sids is None or insights.has_inputs(CALL_SUMMARIES.columns, where):
        path = product_path("v1", "Voice", "Summaries")
        return insights.listed(there, path, "call_summaries", CALL_SUMMARIES.columns, where, _WINDOW, _EVERY_STATE)
    found = there.prefetch(partial(_one, there), filter(is_call_sid, sids))
    return (row for row in found if row is not None)


def _one(client: Client, sid: str) -> Row | None:
    """A call's summary. Twilio may give one that is not complete yet only if the request says so."""
    return _summary(client, sid) or _summary(client, sid, ProcessingState="partial")


def _summary(client: Client, sid: str, **params: str) -> Row | None:
    try:
        return client.get(product_path("v1", "Voice", sid, "Summary"), params, key="call_summaries")
    except NotFound:
        return None


def _input(name: str, what: str, kind: Type = "text", sent: str = "") -> Column:
    return Column(name, f"An input: only calls {what}.", kind, filter=sent or name, hidden=True, late=True)


_INPUTS = (
    _input("Caller", "from this number", sent="From"),
    _input("Callee", "to this number", sent="To"),
    _input("FromCarrier", "from numbers of this carrier"),
    _input("ToCarrier", "to numbers of this carrier"),
    _input("FromCountryCode", "from this country: US, …"),
    _input("ToCountryCode", "to this country: US, …"),
    _input("Direction", "in this direction"),
    _input("VerifiedCaller", "whose caller is verified (SHAKEN/STIR), or not", "boolean"),
    _input("HasTag", "with a tag, or without", "boolean"),
    _input("AbnormalSession", "that ended abnormally, or did not", "boolean"),
    _input("AnsweredByAnnotation", "annotated so: human or machine"),
    _input("ConnectivityIssueAnnotation", "annotated with this problem of connecting"),
    _input("QualityIssueAnnotation", "annotated with this problem of quality"),
    _input("SpamAnnotation", "annotated as spam, or not", "boolean"),
    _input("CallScoreAnnotation", "annotated with this score"),
    _input("BrandedEnabled", "that were branded, or not", "boolean"),
    _input("BrandedLogo", "that showed a logo, or did not", "boolean"),
    _input("BrandedType", "of this type of branding"),
    _input("BrandedUseCase", "of this use of branding"),
    _input("BrandedCallReason", "with this reason shown"),
    _input("BrandedBundleSid", "of this bundle of branding"),
    _input("VoiceIntegrityEnabled", "with Voice Integrity, or without", "boolean"),
    _input("VoiceIntegrityBundleSid", "of this bundle of Voice Integrity"),
    _input("VoiceIntegrityUseCase", "of this use of Voice Integrity"),
    _input("BusinessProfileIdentity", "of this identity of a business profile"),
    _input("BusinessProfileIndustry", "of this industry of a business profile"),
    _input("BusinessProfileBundleSid", "of this business profile"),
    _input("BusinessProfileType", "of this type of business profile"),
    _input("Subaccount", "of this subaccount"),
)

CALL_SUMMARIES = Table(
    name="call_summaries",
    description="The calls of the last 30 days, as Voice Insights sums them up; ended ones too.",
    columns=(
        Column("CallSid", "The SID of the call.", key=True, references="calls.Sid", sid="CA"),
        Column("AccountSid", "The SID of the account that the call belongs to."),
        Column("AnsweredBy", "Who or what answered: human, machine_start, fax, …", filter="AnsweredBy"),
        Column("CallType", f"{', '.join(_TYPES)}.", filter="CallType", values=_TYPES),
        Column("CallState", f"{', '.join(_STATES)}.", filter="CallState", values=_STATES),
        Column("ProcessingState", "complete; partial until some time after the call's end."),
        Column("CreatedTime", "When it was created, UTC.", type="datetime"),
        Column("StartTime", "When it began, UTC.", type="datetime", filter="StartTime"),
        Column("EndTime", "When it ended, UTC.", type="datetime"),
        Column("Duration", "Seconds from its creation to its end.", type="integer"),
        Column("ConnectDuration", "Seconds from its answer to its end.", type="integer"),
        Column("From", "Who called: number, country, carrier, …, a JSON object."),
        Column("To", "Who was called, a JSON object."),
        Column("CarrierEdge", "The call as it reached the carrier, a JSON object."),
        Column("ClientEdge", "The call at Twilio's edge of a Voice client, a JSON object."),
        Column("SdkEdge", "The call in the Voice SDK, a JSON object."),
        Column("SipEdge", "The call at the SIP interface, a JSON object."),
        Column("Tags", "Names of what went wrong, a JSON array."),
        Column("Url", "Its address in the API."),
        Column("Attributes", "What kind of call it was, a JSON object."),
        Column("Properties", "More on the call, a JSON object."),
        Column("Trust", "Its trust features: branding, verification, …, a JSON object."),
        Column("Annotation", "What people noted on it, a JSON object."),
        *_INPUTS,
    ),
    rows=call_summaries,
    identity=("CallSid",),
    pages=5,
    expected_rows=5_000,
)
