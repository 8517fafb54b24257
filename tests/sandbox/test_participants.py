"""Participants over HTTP: create, list, fetch, update, delete, and what Twilio refuses."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from twsql.sandbox import Sandbox

from .raw import FROM, TO, Http, error

NOBODY = "CA" + "0" * 32
NOWHERE = "CF" + "0" * 32


def test_create_answers_201_with_a_queued_call_that_is_connected_at_the_next_look(http: Http) -> None:
    """A create's answer is queued, and the only one that has queue_time, a text of milliseconds."""
    made = http.add("team", Label="bob", Muted="true", EndConferenceOnExit="true")
    assert (made["status"], made["queue_time"], made["label"]) == ("queued", "0", "bob")
    assert not {"from", "to"} & set(made)
    [seen] = http.participants(made["conference_sid"])
    assert (seen["status"], seen["queue_time"]) == ("connected", None)
    assert (seen["muted"], seen["hold"], seen["end_conference_on_exit"]) == (True, False, True)
    assert seen["start_conference_on_enter"] is True


def test_a_name_means_its_active_conference_until_that_ends(http: Http) -> None:
    """Two creates by one name share a conference; once that is over the name makes another."""
    first, second = http.add("team"), http.add("team", "+15551234568")
    assert first["conference_sid"] == second["conference_sid"]
    assert http.add("other")["conference_sid"] != first["conference_sid"]
    http.post(f"/Conferences/{first['conference_sid']}.json", {"Status": "completed"})
    assert http.add("team")["conference_sid"] != first["conference_sid"]


def test_a_sid_addresses_its_conference(http: Http) -> None:
    """A create by SID joins that conference."""
    sid = http.add("team")["conference_sid"]
    assert http.add(sid, "+15551234568")["conference_sid"] == sid


def test_a_sid_that_does_not_exist_makes_nothing(http: Http, sandbox: Sandbox) -> None:
    """A conference that looks like a SID is never made: 404, and no call."""
    answer = http.post(f"/Conferences/{NOWHERE}/Participants.json", {"From": FROM, "To": TO})
    assert error(answer) == (404, 20404)
    assert (sandbox.conferences(), sandbox.calls(), sandbox.counters.placed) == ([], [], 0)


def test_a_completed_conference_takes_nobody(http: Http) -> None:
    """A create by the SID of an ended conference is refused with 16022."""
    sid = http.add("team")["conference_sid"]
    http.post(f"/Conferences/{sid}.json", {"Status": "completed"})
    answer = http.post(f"/Conferences/{sid}/Participants.json", {"From": FROM, "To": TO})
    assert error(answer) == (400, 16022)


@pytest.mark.parametrize("name", ["a/b?c#d%", "日本", "a b", "a+b&c=d", "ä", "50%25", '"quoted"', "{{x}}"])
def test_any_name_arrives_as_it_was_sent(http: Http, sandbox: Sandbox, name: str) -> None:
    """A percent-encoded name is one segment of the path, slashes and all."""
    sid = http.add(quote(name, safe=""))["conference_sid"]
    assert sandbox.conference(name).sid == sid
    listed = http.get("/Conferences.json", params={"FriendlyName": name}).json()["conferences"]
    assert [(one["sid"], one["friendly_name"]) for one in listed] == [(sid, name)]


def test_a_name_may_not_be_longer_than_128(http: Http) -> None:
    """A longer name is refused with 16003, and so is nothing else of that length."""
    http.add("x" * 128)
    answer = http.post(f"/Conferences/{'x' * 129}/Participants.json", {"From": FROM, "To": TO})
    assert error(answer) == (400, 16003)


def test_a_path_that_is_not_utf8_is_not_found(http: Http) -> None:
    """%FF is no name."""
    assert error(http.post("/Conferences/%FF/Participants.json", {"From": FROM, "To": TO})) == (404, 20404)


def test_a_label_addresses_a_participant_as_the_call_sid_does(http: Http) -> None:
    """Fetch, update and delete take either."""
    made = http.add("team", Label="bob smith")
    path = f"/Conferences/{made['conference_sid']}/Participants"
    by_label, by_sid = http.get(f"{path}/bob%20smith.json"), http.get(f"{path}/{made['call_sid']}.json")
    assert by_label.json() == by_sid.json()
    assert by_label.json()["call_sid"] == made["call_sid"]
    assert http.post(f"{path}/bob%20smith.json", {"Hold": "true"}).json()["hold"] is True
    gone = http.delete(f"{path}/bob%20smith.json")
    assert (gone.status_code, gone.content) == (204, b"")


def test_a_label_is_free_again_when_its_participant_has_left(http: Http) -> None:
    """A label is unique among those present: 16026 until the first has left."""
    sid = http.add("team")["conference_sid"]
    first = http.add(sid, Label="bob")
    again = http.post(f"/Conferences/{sid}/Participants.json", {"From": FROM, "To": TO, "Label": "bob"})
    assert error(again) == (400, 16026)
    assert http.add("elsewhere", Label="bob")["label"] == "bob"
    http.delete(f"/Conferences/{sid}/Participants/bob.json")
    assert http.add(sid, Label="bob")["call_sid"] != first["call_sid"]


@pytest.mark.parametrize("label", ["a/b", NOBODY, "x" * 129])
def test_a_label_that_could_be_taken_for_something_else_is_refused(http: Http, label: str) -> None:
    """A label has no slash, is not like a call SID and at most 128 long: 16024."""
    answer = http.post("/Conferences/team/Participants.json", {"From": FROM, "To": TO, "Label": label})
    assert error(answer) == (400, 16024)


def test_a_full_conference_takes_nobody(http: Http) -> None:
    """MaxParticipants bounds those present; one more gets 16020, until somebody leaves."""
    first = http.add("team", MaxParticipants="2")
    http.add("team")
    full = http.post("/Conferences/team/Participants.json", {"From": FROM, "To": TO})
    assert error(full) == (400, 16020)
    http.delete(f"/Conferences/{first['conference_sid']}/Participants/{first['call_sid']}.json")
    http.add("team")


def test_no_conference_holds_more_than_250(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """250 is the default and the most of MaxParticipants."""
    sandbox = make(conferences=1, participants=250, over=0)
    [conference] = sandbox.conferences()
    answer = connect(sandbox).post(f"/Conferences/{conference.sid}/Participants.json", {"From": FROM, "To": TO})
    assert error(answer) == (400, 16020)


def test_those_who_left_are_no_longer_there(http: Http) -> None:
    """A participant who has left is not listed, and not found by SID or label."""
    sid = http.add("team")["conference_sid"]
    gone = http.add(sid, Label="bob")
    path = f"/Conferences/{sid}/Participants"
    http.delete(f"{path}/bob.json")
    assert len(http.participants(sid)) == 1
    for key in ("bob", gone["call_sid"], NOBODY):
        assert error(http.get(f"{path}/{key}.json")) == (404, 20404)
        assert error(http.delete(f"{path}/{key}.json")) == (404, 20404)


def test_an_ended_conference_has_an_empty_list(http: Http) -> None:
    """Participants of a conference that is over are not in the API."""
    sid = http.add("team")["conference_sid"]
    http.post(f"/Conferences/{sid}.json", {"Status": "completed"})
    assert http.participants(sid) == []


def test_a_list_by_name_is_refused(http: Http) -> None:
    """A participant list addressed by a friendly name is answered 405 / 20004."""
    http.add("team")
    assert error(http.get("/Conferences/team/Participants.json")) == (405, 20004)


def test_filters_narrow_a_list(http: Http) -> None:
    """Muted, Hold and Coaching narrow a list; newest come first."""
    sid = http.add("team", Label="a")["conference_sid"]
    coached = http.add(sid, Label="b", Muted="true")["call_sid"]
    http.add(sid, Label="c", Coaching="true", CallSidToCoach=coached)
    http.post(f"/Conferences/{sid}/Participants/a.json", {"Hold": "true"})

    def labels(query: str) -> list[str]:
        return [one["label"] for one in http.participants(sid, query)]

    assert labels("") == ["c", "b", "a"]
    assert labels("?Muted=true") == ["b"]
    assert labels("?Muted=false") == ["c", "a"]
    assert labels("?Hold=true&Muted=false") == ["a"]
    assert labels("?Coaching=true") == ["c"]
    assert error(http.get(f"/Conferences/{sid}/Participants.json?Muted=maybe")) == (400, 20001)


def test_an_update_changes_what_is_given_only(http: Http) -> None:
    """An input that is not given leaves its property as it is."""
    made = http.add("team", Muted="true")
    path = f"/Conferences/{made['conference_sid']}/Participants/{made['call_sid']}.json"
    http.post(path, {"Hold": "true", "HoldUrl": "http://example.com/music", "HoldMethod": "GET"})
    after = http.post(path, {"EndConferenceOnExit": "true", "BeepOnExit": "false"}).json()
    assert (after["muted"], after["hold"], after["end_conference_on_exit"]) == (True, True, True)
    coached = http.post(path, {"Coaching": "true", "CallSidToCoach": NOBODY}).json()
    assert (coached["coaching"], coached["call_sid_to_coach"]) == (True, NOBODY)
    assert error(http.post(path, {"Coaching": "perhaps"})) == (400, 20001)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": FROM}, 21211),
        ({"From": FROM, "To": ""}, 21211),
        ({"From": FROM, "To": "twelve"}, 21211),
        ({"From": FROM, "To": "+15005550001"}, 21211),
        ({"From": FROM, "To": "+15005550003"}, 21215),
        ({"To": TO}, 21213),
        ({"To": TO, "From": "me"}, 21212),
        ({"To": TO, "From": "+15005550001"}, 21212),
        ({"StatusCallback": "nowhere"}, 21205),
        ({"WaitUrl": "ftp://example.com"}, 21205),
        ({"WaitUrl": "http://[::1/"}, 21205),
        ({"Timeout": "4"}, 21208),
        ({"WaitMethod": "PUT"}, 21209),
        ({"MaxParticipants": "1"}, 20001),
        ({"MaxParticipants": "251"}, 20001),
        ({"TimeLimit": "soon"}, 20001),
        ({"Beep": "loud"}, 20001),
        ({"Muted": "1"}, 20001),
        ({"StatusCallbackEvent": ["ringing", "singing"]}, 20001),
        ({"CallSidToCoach": "bob"}, 20001),
        ({"Coaching": "true"}, 20001),
        ({"CallerDisplayName": "x"}, 20001),
        ({"MachineDetectionSpeechThreshold": "999"}, 20001),
        ({"Region": "moon"}, 20001),
    ],
)
def test_bad_inputs_are_refused_before_anything_is_done(
    http: Http, sandbox: Sandbox, form: dict[str, str], code: int
) -> None:
    """Each wrong input gets its code and 400; no conference is made and nobody called."""
    whole = form if {"From", "To"} & set(form) else {"From": FROM, "To": TO, **form}
    assert error(http.post("/Conferences/team/Participants.json", whole)) == (400, code)
    assert (sandbox.conferences(), sandbox.counters.placed) == ([], 0)


def test_good_inputs_pass(http: Http) -> None:
    """Empty WaitUrl means silence; arrays are repeated keys; endpoints may be SIP addresses and clients."""
    http.add(
        "team",
        "sip:bob@example.com",
        WaitUrl="",
        StatusCallback="https://example.com/status",
        StatusCallbackEvent=["initiated", "ringing"],
        ConferenceStatusCallbackEvent="start end",
        Beep="onEnter",
        Timeout="5",
        Record="False",
        MachineDetection="DetectMessageEnd",
        Byoc="BY" + "0" * 32,
        Unknown="ignored",
    )
    http.add("team", "client:bob")
