"""Conference Insights: who was in a conference that is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twsql.sandbox import Sandbox

from .raw import TO, Http, error


def test_ended_participants_have_join_and_leave_times(http: Http, sandbox: Sandbox) -> None:
    """Those who left are there with From, To, join and leave times; ISO dates."""
    made = http.add("team", Label="bob")
    path = f"/v1/Conferences/{made['conference_sid']}/Participants"
    assert http.get(path).json()["participants"][0]["leave_time"] is None
    sandbox.advance(90)
    http.post(f"/Conferences/{made['conference_sid']}.json", {"Status": "completed"})
    [one] = http.get(path).json()["participants"]
    assert (one["call_sid"], one["to"], one["label"]) == (made["call_sid"], TO, "bob")
    assert (one["call_status"], one["processing_state"]) == ("answered", "complete")
    assert one["participant_sid"].startswith("CP")
    assert one["join_time"].endswith("Z")
    assert 90 <= one["duration_seconds"] <= 95


def test_pages_have_absolute_addresses_in_meta(make: Callable[..., Sandbox], connect: Callable[..., Http]) -> None:
    """Insights pages by `meta.next_page_url`, an absolute address."""
    sandbox = make(conferences=2, participants=7, days=1)
    http = connect(sandbox)
    sid = next(one.sid for one in sandbox.conferences() if one.status == "completed")
    url, sizes = f"{sandbox.base_url}/v1/Conferences/{sid}/Participants?PageSize=3", []
    while url:
        page = http.session.get(url, timeout=60).json()
        sizes.append(len(page["participants"]))
        assert (page["meta"]["key"], page["meta"]["page_size"]) == ("participants", 3)
        url = page["meta"]["next_page_url"]
    assert sizes == [3, 3, 1]
    assert page["meta"]["previous_page_url"].startswith(sandbox.base_url)


def test_they_are_kept_for_30_days(http: Http, sandbox: Sandbox) -> None:
    """A month after its end a conference is not found there."""
    sid = http.add("team")["conference_sid"]
    http.post(f"/Conferences/{sid}.json", {"Status": "completed"})
    sandbox.advance(29 * 86_400)
    assert len(http.get(f"/v1/Conferences/{sid}/Participants").json()["participants"]) == 1
    sandbox.advance(2 * 86_400)
    assert error(http.get(f"/v1/Conferences/{sid}/Participants")) == (404, 20404)


@pytest.mark.parametrize("sid", ["CF" + "0" * 32, "team"])
def test_advanced_features_are_a_setting(http: Http, sandbox: Sandbox, sid: str) -> None:
    """Without them everything there is 401 / 17007; with them an unknown conference is 404."""
    assert error(http.get(f"/v1/Conferences/{sid}/Participants")) == (404, 20404)
    sandbox.change(insights=False)
    assert error(http.get(f"/v1/Conferences/{sid}/Participants")) == (401, 17007)
