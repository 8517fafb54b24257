"""A raw HTTP client of a sandbox, whose paths are sent as they are."""

from __future__ import annotations

import json
from typing import Any

import requests

from twsql.sandbox import Sandbox

FROM, TO = "+15005550006", "+15551234567"


class Http:
    """A raw client of one account: paths are relative to the account and sent exactly as given."""

    def __init__(self, sandbox: Sandbox, account_sid: str, auth: tuple[str, str]) -> None:
        self.base = sandbox.base_url
        self.account = f"{self.base}/2010-04-01/Accounts/{account_sid}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = auth

    def send(self, method: str, path: str, form: Any = None, **options: Any) -> requests.Response:
        """Send a request; a path that begins with `/2010` or `/v1` is relative to the server."""
        root = self.base if path.startswith(("/2010", "/v1", "/v2", "/sandbox")) else self.account
        options = {"timeout": 10, "allow_redirects": False, **options}
        return self.session.request(method, root + path, data=form, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        """Send a GET."""
        return self.send("GET", path, **options)

    def post(self, path: str, form: Any = None, **options: Any) -> requests.Response:
        """Send a POST with a form."""
        return self.send("POST", path, form, **options)

    def delete(self, path: str) -> requests.Response:
        """Send a DELETE."""
        return self.send("DELETE", path)

    def add(self, conference: str, to: str = TO, **form: Any) -> dict[str, Any]:
        """Create a participant, which must succeed."""
        answer = self.post(f"/Conferences/{conference}/Participants.json", {"From": FROM, "To": to, **form})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def participants(self, conference_sid: str, query: str = "") -> list[dict[str, Any]]:
        """Return the first page of a conference's participants."""
        answer = self.get(f"/Conferences/{conference_sid}/Participants.json{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()["participants"]


def error(answer: requests.Response) -> tuple[int, int]:
    """Return the HTTP status and the code of an error answer, whose body must be Twilio's."""
    body = json.loads(answer.text)
    assert set(body) == {"code", "message", "more_info", "status"}
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{body['code']}"
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]
