"""What Twilio accepts in each form input of the operations that the sandbox has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Input:
    """One form input; `least` and `most` bound an integer's value or a text's length.

    Kinds: url, method, boolean, integer, text, sid (with its `prefix`), enum (one of `values`), events (some of them).
    """

    kind: str
    values: frozenset[str] = frozenset()
    least: int = 0
    most: int = 999_999_999
    prefix: str = ""


def _choice(name: str, values: str) -> Input:
    return Input("events" if name.endswith("Event") else "enum", frozenset(values.split()))


_ENUMS = {
    "StatusCallbackEvent": "initiated ringing answered completed",
    "Beep": "true false onEnter onExit",
    "ConferenceRecord": "true false record-from-start do-not-record",
    "ConferenceTrim": "trim-silence do-not-trim",
    "ConferenceStatusCallbackEvent": "start end join leave mute hold modify speaker announcement",
    "RecordingChannels": "mono dual",
    "Region": "us1 us2 ie1 de1 sg1 br1 au1 jp1",
    "RecordingStatusCallbackEvent": "started in-progress paused resumed stopped completed failed absent",
    "ConferenceRecordingStatusCallbackEvent": "in-progress completed failed absent",
    "JitterBufferSize": "off small medium large",
    "RecordingTrack": "inbound outbound both",
    "MachineDetection": "Enable DetectMessageEnd",
    "Trim": "trim-silence do-not-trim",
    "Recurring": "daily monthly yearly alltime",
    "TriggerBy": "count usage price",
    "VoiceReceiveMode": "voice fax",
    "EmergencyStatus": "Active Inactive",
    "ContentRetention": "retain discard",
    "AddressRetention": "retain obfuscate",
    "TrafficType": "free",
    "ScheduleType": "fixed",
    "RiskCheck": "enable disable",
}
_BOOLEANS = (
    "Record Muted Hold StartConferenceOnEnter EndConferenceOnExit EarlyMedia Coaching BeepOnExit VoiceCallerIdLookup"
)
_MESSAGE_BOOLEANS = "ProvideFeedback ForceDelivery SmartEncoded ShortenUrls SendAsMms"
_CALLBACKS = tuple(name + "StatusCallback" for name in ("", "Conference", "Recording", "ConferenceRecording", "Amd"))
_URLS = (
    "WaitUrl HoldUrl AnnounceUrl ClientNotificationUrl Url FallbackUrl"
    " VoiceUrl VoiceFallbackUrl SmsUrl SmsFallbackUrl CallbackUrl"
)
_METHODS = (
    "WaitMethod HoldMethod AnnounceMethod Method FallbackMethod"
    " VoiceMethod VoiceFallbackMethod SmsMethod SmsFallbackMethod CallbackMethod"
)

INPUTS: dict[str, Input] = {
    **{name: _choice(name, values) for name, values in _ENUMS.items()},
    **{name: Input("boolean") for name in f"{_BOOLEANS} {_MESSAGE_BOOLEANS}".split()},
    **{name: Input("url") for name in (*_CALLBACKS, *_URLS.split())},
    **{name: Input("method") for name in _METHODS.split()},
    **{name + "Method": Input("method") for name in _CALLBACKS},
    "CallSidToCoach": Input("sid", prefix="CA"),
    "VoiceApplicationSid": Input("sid", prefix="AP"),
    "SmsApplicationSid": Input("sid", prefix="AP"),
    "Byoc": Input("sid", prefix="BY"),
    "ApplicationSid": Input("sid", prefix="AP"),
    "MessagingServiceSid": Input("sid", prefix="MG"),
    "ContentSid": Input("sid", prefix="HX"),
    "Attempt": Input("integer"),
    "ValidityPeriod": Input("integer", least=1, most=36000),
    "CallerDisplayName": Input("text", least=2, most=255),
    "Timeout": Input("integer", least=5, most=600),
    "TimeLimit": Input("integer", least=1),
    "MaxSize": Input("integer", least=1, most=5000),
    "MaxParticipants": Input("integer", least=2, most=250),
    "MachineDetectionTimeout": Input("integer"),
    "MachineDetectionSpeechThreshold": Input("integer", least=1000, most=6000),
    "MachineDetectionSpeechEndThreshold": Input("integer", least=500, most=5000),
    "MachineDetectionSilenceTimeout": Input("integer", least=2000, most=10000),
}
