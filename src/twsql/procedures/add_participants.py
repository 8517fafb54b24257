"""AddParticipants: places a call into a conference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twsql.procedures.once_inputs import CHECK_ONLY, once_columns, once_inputs, price_columns
from twsql.procedures.witnesses import calls
from twsql.schema import Checked, Parameter, Procedure, Row, inputs
from twsql.schema.once import Mark, Once, Record
from twsql.schema.resources import PARTICIPANT, results

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_METHODS = ("GET", "POST")
_REGIONS = ("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1")


def add_participants(client: Client, checked: Checked) -> Row:
    """Place the call: one request, which is repeated only if Twilio certainly did nothing.

    Raises OutcomeUnknown if the response was lost, TwilioError if Twilio refused.
    """
    path = client.path("Conferences", str(checked["Conference"]), "Participants")
    return client.create(path, inputs.form(ADD_PARTICIPANTS, checked), sid="call_sid")


def _method(name: str, of: str) -> Parameter:
    return Parameter(name, f"The HTTP method of {of}.", "enum", field=name, values=_METHODS, default="POST")


_CALL = (
    Parameter(
        "Conference",
        "A conference's SID, or its name; a name that no active conference has makes a new conference.",
        "conference",
        required=True,
        alias="ConferenceSid",
    ),
    Parameter(
        "From", "Who calls: a phone number in E.164 form, or client:name.", "caller", required=True, field="From"
    ),
    Parameter(
        "To",
        "Who is called: a phone number in E.164 form, sip:address, client:name or app:SID.",
        "called",
        required=True,
        field="To",
    ),
    Parameter("StatusCallback", "Where Twilio reports the call's progress.", "url", field="StatusCallback"),
    _method("StatusCallbackMethod", "StatusCallback"),
    Parameter(
        "StatusCallbackEvent",
        "What is reported to StatusCallback.",
        "array",
        field="StatusCallbackEvent",
        values=("initiated", "ringing", "answered", "completed"),
        default="completed",
    ),
    Parameter(
        "Label",
        "A name for the participant, unique among those in the conference.",
        "label",
        field="Label",
        most=128,
    ),
    Parameter(
        "WaitTime",
        "Seconds to let the phone ring before it counts as not answered.",
        "integer",
        field="Timeout",
        least=5,
        most=600,
        default="60",
    ),
    Parameter("Record", "Whether to record the participant's call.", "boolean", field="Record", default="false"),
    Parameter("Muted", "Whether the participant joins muted.", "boolean", field="Muted", default="false"),
    Parameter(
        "Beep",
        "Whether a beep is played when the participant joins and leaves, or only at one of these.",
        "enum",
        field="Beep",
        values=("true", "false", "onEnter", "onExit"),
        default="true",
    ),
    Parameter(
        "StartConferenceOnEnter",
        "Whether the conference starts when the participant joins.",
        "boolean",
        field="StartConferenceOnEnter",
        default="true",
    ),
    Parameter(
        "EndConferenceOnExit",
        "Whether the conference ends when the participant leaves.",
        "boolean",
        field="EndConferenceOnExit",
        default="false",
    ),
    Parameter("WaitUrl", "What plays until the conference starts; empty text is silence.", "url", field="WaitUrl"),
    _method("WaitMethod", "WaitUrl"),
    Parameter(
        "EarlyMedia",
        "Whether those in the conference hear the call ring, and messages of the network.",
        "boolean",
        field="EarlyMedia",
        default="true",
    ),
    Parameter(
        "MaxParticipants",
        "The most participants the conference may have.",
        "integer",
        field="MaxParticipants",
        least=2,
        most=250,
        default="250",
    ),
)

_CONFERENCE = (
    Parameter(
        "ConferenceRecord",
        "Whether to record the conference.",
        "enum",
        field="ConferenceRecord",
        values=("true", "false", "record-from-start", "do-not-record"),
        default="false",
    ),
    Parameter(
        "ConferenceTrim",
        "Whether silence is cut from both ends of the conference's recording.",
        "enum",
        field="ConferenceTrim",
        values=("trim-silence", "do-not-trim"),
        default="trim-silence",
    ),
    Parameter(
        "ConferenceStatusCallback",
        "Where Twilio reports what happens in the conference.",
        "url",
        field="ConferenceStatusCallback",
    ),
    _method("ConferenceStatusCallbackMethod", "ConferenceStatusCallback"),
    Parameter(
        "ConferenceStatusCallbackEvent",
        "What is reported to ConferenceStatusCallback.",
        "array",
        field="ConferenceStatusCallbackEvent",
        values=("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"),
        default="start end",
    ),
    Parameter(
        "RecordingChannels",
        "Whether the call's recording has one channel or two.",
        "enum",
        field="RecordingChannels",
        values=("mono", "dual"),
        default="mono",
    ),
    Parameter(
        "RecordingStatusCallback",
        "Where Twilio reports on the call's recording.",
        "url",
        field="RecordingStatusCallback",
    ),
    _method("RecordingStatusCallbackMethod", "RecordingStatusCallback"),
    Parameter("Region", "Where the conference's audio is mixed.", "enum", field="Region", values=_REGIONS),
    Parameter(
        "ConferenceRecordingStatusCallback",
        "Where Twilio reports on the conference's recording.",
        "url",
        field="ConferenceRecordingStatusCallback",
    ),
    _method("ConferenceRecordingStatusCallbackMethod", "ConferenceRecordingStatusCallback"),
    Parameter(
        "RecordingStatusCallbackEvent",
        "What is reported to RecordingStatusCallback.",
        "array",
        field="RecordingStatusCallbackEvent",
        values=("started", "in-progress", "paused", "resumed", "stopped", "completed", "failed", "absent"),
    ),
    Parameter(
        "ConferenceRecordingStatusCallbackEvent",
        "What is reported to ConferenceRecordingStatusCallback.",
        "array",
        field="ConferenceRecordingStatusCallbackEvent",
        values=("in-progress", "completed", "failed", "absent"),
    ),
)

_LEG = (
    Parameter(
        "Coaching",
        "Whether the participant coaches another: heard by that one only.",
        "boolean",
        field="Coaching",
        default="false",
    ),
    Parameter("CallSidToCoach", "The SID of the call to coach.", "sid", field="CallSidToCoach", values=("CA",)),
    Parameter(
        "JitterBufferSize",
        "How much unevenness in the arrival of audio is smoothed.",
        "enum",
        field="JitterBufferSize",
        values=("off", "small", "medium", "large"),
        default="large",
    ),
    Parameter("Byoc", "The SID of a BYOC (bring your own carrier) trunk.", "sid", field="Byoc", values=("BY",)),
    Parameter("CallerId", "The caller's number or name that is shown instead of From.", field="CallerId"),
    Parameter("CallReason", "Why you call, shown to the called (branded calls).", field="CallReason"),
    Parameter(
        "RecordingTrack",
        "Which side of the call is recorded.",
        "enum",
        field="RecordingTrack",
        values=("inbound", "outbound", "both"),
        default="both",
    ),
    Parameter("TimeLimit", "The most seconds that the call may last.", "integer", field="TimeLimit", least=1),
    Parameter(
        "MachineDetection",
        "Whether to find out if a person or a machine answers; DetectMessageEnd waits for the end of its greeting.",
        "enum",
        field="MachineDetection",
        values=("Enable", "DetectMessageEnd"),
    ),
    Parameter(
        "MachineDetectionTimeout",
        "Seconds to try that.",
        "integer",
        field="MachineDetectionTimeout",
        default="30",
    ),
    Parameter(
        "MachineDetectionSpeechThreshold",
        "Milliseconds of speech above which a machine is assumed.",
        "integer",
        field="MachineDetectionSpeechThreshold",
        least=1000,
        most=6000,
        default="2400",
    ),
    Parameter(
        "MachineDetectionSpeechEndThreshold",
        "Milliseconds of silence after speech that end it.",
        "integer",
        field="MachineDetectionSpeechEndThreshold",
        least=500,
        most=5000,
        default="1200",
    ),
    Parameter(
        "MachineDetectionSilenceTimeout",
        "Milliseconds of silence at the start after which the result is unknown.",
        "integer",
        field="MachineDetectionSilenceTimeout",
        least=2000,
        most=10000,
        default="5000",
    ),
    Parameter("AmdStatusCallback", "Where Twilio reports what has answered.", "url", field="AmdStatusCallback"),
    _method("AmdStatusCallbackMethod", "AmdStatusCallback"),
    Parameter(
        "Trim",
        "Whether silence is cut from both ends of the call's recording.",
        "enum",
        field="Trim",
        values=("trim-silence", "do-not-trim"),
        default="trim-silence",
    ),
    Parameter("CallToken", "A token for a forwarded call, from its webhook.", field="CallToken", secret=True),
    Parameter(
        "ClientNotificationUrl",
        "Where push notifications of the call go.",
        "url",
        field="ClientNotificationUrl",
    ),
    Parameter(
        "CallerDisplayName",
        "The name that is shown for the caller.",
        field="CallerDisplayName",
        least=2,
        most=255,
    ),
)

_FURTHER = (
    Parameter(
        "Timeout",
        "WaitTime by Twilio's own name.",
        "integer",
        field="Timeout",
        least=5,
        most=600,
        default="60",
    ),
    Parameter("SipAuthUsername", "The user name for a SIP address.", field="SipAuthUsername"),
    Parameter("SipAuthPassword", "The password for a SIP address.", field="SipAuthPassword", secret=True),
    Parameter("RecordingConfigurationId", "The recording configuration to use.", field="RecordingConfigurationId"),
    Parameter("Passports", "PASSporT tokens (STIR/SHAKEN) of the call.", field="Passports"),
    Parameter("EmergencyCallerPosition", "Emergency calls: the caller's position.", field="EmergencyCallerPosition"),
    Parameter("EmergencyCallerLocation", "Emergency calls: the caller's location.", field="EmergencyCallerLocation"),
    Parameter("EmergencyName", "Emergency calls: the caller's name.", field="EmergencyName"),
    Parameter("EmergencyZipCode", "Emergency calls: the address's ZIP code.", field="EmergencyZipCode"),
    Parameter("EmergencyCity", "Emergency calls: the address's city.", field="EmergencyCity"),
    Parameter("EmergencyState", "Emergency calls: the address's state.", field="EmergencyState"),
    Parameter("EmergencyCountry", "Emergency calls: the address's country.", field="EmergencyCountry"),
    Parameter("EmergencyAddress", "Emergency calls: the street address.", field="EmergencyAddress"),
)


def _record(checked: Checked) -> Record:
    return Record(
        sender=str(checked["From"]),
        recipient=str(checked["To"]),
        conference=str(checked["Conference"]),
        shown=str(checked["CallerId"]) if "CallerId" in checked else None,
    )


ADD_PARTICIPANTS = Procedure(
    name="AddParticipants",
    description="Places a call into a conference, which is made if there is none of that name.",
    inputs=(*_CALL, *_CONFERENCE, *_LEG, CHECK_ONLY, *_FURTHER, *once_inputs("call")),
    columns=(
        *results(PARTICIPANT, "AccountSid", "CallSid", "ConferenceSid", "Status"),
        *price_columns(),
        *once_columns("call", "placed"),
    ),
    run=add_participants,
    once=Once(
        noun="call",
        done="placed",
        sid="call_sid",
        record=_record,
        find=calls.find,
        decided=calls.decided,
        per_minute=True,
        mark=Mark("Label", code=16026, holder=calls.labelled),
    ),
)
"""The first 49 inputs have the order of the commercial driver's procedure. Twilio's other ones and twsql's follow."""
