"""Accounts and credentials."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twsql.sandbox import Sandbox

from .raw import Http, error


def test_an_account_leads_to_its_conferences(http: Http, sandbox: Sandbox) -> None:
    """An account is active and has the addresses of its lists."""
    account = http.get(".json").json()
    assert (account["sid"], account["status"]) == (sandbox.account_sid, "active")
    assert http.get(account["subresource_uris"]["conferences"]).json()["conferences"] == []
    listed = http.get("/2010-04-01/Accounts.json").json()["accounts"]
    assert {one["sid"] for one in listed} == {sandbox.account_sid, sandbox.subaccount_sid}
    assert http.get("/2010-04-01/Accounts.json?Status=closed").json()["accounts"] == []
    assert http.get("/2010-04-01/Accounts.json?FriendlyName=Sandbox").json()["accounts"] == [account]


def test_every_answer_has_a_request_id(http: Http) -> None:
    """RQ and 32 hex digits, another each time, on errors too; and how many requests are under way."""
    answers = [http.get(path) for path in (".json", ".json", "/Nothing.json")]
    ids = [answer.headers["Twilio-Request-Id"] for answer in answers]
    assert len(set(ids)) == 3
    assert all(one[:2] == "RQ" and len(one) == 34 and int(one[2:], 16) for one in ids)
    assert {answer.headers["Twilio-Concurrent-Requests"] for answer in answers} == {"1"}
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}


def test_an_api_key_opens_the_account_in_the_path(sandbox: Sandbox, connect: Callable[..., Http]) -> None:
    """SK… and its secret do what the account's own token does."""
    http = connect(sandbox, auth=(sandbox.api_key, sandbox.api_secret))
    assert http.get("/Conferences.json").status_code == 200


def test_a_parent_reads_its_subaccount(sandbox: Sandbox, connect: Callable[..., Http]) -> None:
    """A parent's credentials open a subaccount, not the other way round; each has its own conferences."""
    own = (sandbox.subaccount_sid, sandbox.subaccount_auth_token)
    sub, parent = connect(sandbox, own[0], own), connect(sandbox, own[0])
    made = sub.add("team")
    assert parent.participants(made["conference_sid"])[0]["account_sid"] == own[0]
    up = connect(sandbox, auth=own)
    assert error(up.get("/Conferences.json")) == (401, 20003)
    assert error(connect(sandbox).get(f"/Conferences/{made['conference_sid']}.json")) == (404, 20404)
    assert [one.name for one in sandbox.conferences(account=own[0])] == ["team"]
    assert len(sub.get("/2010-04-01/Accounts.json").json()["accounts"]) == 1


@pytest.mark.parametrize("authorization", [None, "Basic", "Basic !", "Basic /w==", "Bearer token", "Basic QUM6eA=="])
@pytest.mark.parametrize("path", [".json", "/Conferences.json", "/Nothing.json", "/v1/Conferences/x/Participants"])
def test_wrong_credentials_are_refused(http: Http, path: str, authorization: str | None) -> None:
    """Missing, malformed and wrong credentials get 401 / 20003 everywhere."""
    http.session.auth = lambda request: request
    headers = {} if authorization is None else {"Authorization": authorization}
    assert error(http.get(path, headers=headers)) == (401, 20003)


def test_another_account_is_refused(http: Http, sandbox: Sandbox, connect: Callable[..., Http]) -> None:
    """An account that the credentials do not open looks like wrong credentials."""
    assert error(connect(sandbox, "AC" + "f" * 32).get("/Conferences.json")) == (401, 20003)


def test_what_there_is_not(http: Http) -> None:
    """An unknown path is 404 / 20404, a method that a path does not have 405 / 20004; HEAD is as GET."""
    assert error(http.get("/Conferences")) == (404, 20404)
    assert error(http.get("/v1/Nothing")) == (404, 20404)
    assert error(http.delete("/Conferences.json")) == (405, 20004)
    assert error(http.post("/2010-04-01/Accounts.json")) == (405, 20004)
    head = http.send("HEAD", "/Conferences.json")
    assert (head.status_code, head.headers["Content-Type"], head.text) == (200, "application/json", "")


def test_further_subaccounts_are_seeded(connect: Callable[..., Http]) -> None:
    """They have conferences of their own, which the parent's credentials read, and the subaccount's do not."""
    with Sandbox(conferences=3, subaccounts=2) as sandbox:
        http = connect(sandbox)
        sids = sorted(one["sid"] for one in http.get("/2010-04-01/Accounts.json").json()["accounts"])
        assert len(sids) == 4
        seen = set()
        for sid in sids[2:]:
            listed = http.get(f"/2010-04-01/Accounts/{sid}/Conferences.json?Status=completed").json()["conferences"]
            seen |= {one["sid"] for one in listed}
            assert {one["account_sid"] for one in listed} == {sid}
        assert len(seen) == 2
        sub = connect(sandbox, auth=(sandbox.subaccount_sid, sandbox.subaccount_auth_token))
        assert sub.get(f"/2010-04-01/Accounts/{sids[2]}.json").status_code == 401
