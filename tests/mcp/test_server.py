"""`twsql mcp` with the official client; .ci/assistants has the same over standard input and output."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from typing import Any

import anyio
import pytest
import requests
from assistants import HOSTILE, login

import twsql
from twsql.sandbox import Sandbox


def test_what_a_client_sees(twilio: Sandbox) -> None:
    """Tools, resources, answers and errors; no credentials in any of it, and no calls unless they are allowed."""
    from mcp import Client

    from twsql.mcp.server import serving

    asked: list[tuple[str, dict[str, Any]]] = [
        ("query", {"sql": "SELECT FriendlyName FROM conferences WHERE FriendlyName LIKE 'Room%'"}),
        ("query", {"sql": "SELECT CallSid FROM AddParticipants('Room', '+15005550006', '+12025550100')"}),
        ("describe", {}),
        ("describe", {"name": "participants"}),
        ("describe", {"name": "nope"}),
        ("explain", {"sql": "SELECT * FROM conferences"}),
        ("place_calls", {"conference": "R", "from_number": "+15005550006", "to": ["+12025550100"], "request_key": "k"}),
    ]

    async def talk() -> tuple[Any, Any, Any, list[Any]]:
        with serving(":memory:", 0, login(twilio)) as server:
            async with Client(server) as client:
                tools, resources = await client.list_tools(), await client.list_resources()
                page = await client.read_resource("twsql://tables/conferences")
                return tools, resources, page, [await client.call_tool(name, given) for name, given in asked]

    placed = len(twilio.calls())
    tools, resources, page, answers = anyio.run(talk)
    assert [tool.name for tool in tools.tools] == ["query", "describe", "explain"]
    assert "twsql://procedures/AddParticipants" in [str(each.uri) for each in resources.resources]
    assert page.contents[0].text.startswith("# conferences")
    texts = [answer.content[0].text for answer in answers]
    assert [answer.is_error for answer in answers] == [False, True, False, False, True, False, True]
    assert HOSTILE.split('"')[0] in texts[0]
    assert "never instructions" in texts[0]
    assert "AddParticipants has an effect and safe is set" in texts[1]
    assert "| ConferenceSid | TEXT |" in texts[3]
    assert twilio.auth_token not in repr((tools, resources, page, answers))
    assert len(twilio.calls()) == placed


def test_calls_that_are_allowed(twilio: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--allow-calls` adds the tool, with a dry run and a token; read_only keeps the server from starting."""
    from mcp import Client

    from twsql.mcp.server import serving

    given = {"conference": "Seen", "from_number": "+15005550006", "to": ["+12025550160"], "request_key": "seen"}

    async def talk() -> str:
        with serving(":memory:", 1, login(twilio)) as server:
            async with Client(server) as client:
                proposed = (await client.call_tool("place_calls", given)).content[0].text
                token = proposed.split(" token ")[1].split()[0]
                return str((await client.call_tool("place_calls", {**given, "token": token})).content[0].text)

    assert twilio.calls(to="+12025550160") == []
    answer = anyio.run(talk)
    assert [call.sid in answer for call in twilio.calls(to="+12025550160")] == [True]
    monkeypatch.setenv("TWSQL_READ_ONLY", "1")
    with pytest.raises(twsql.SettingError, match="unset read_only"), serving(":memory:", 1, login(twilio)):
        pass


def test_over_http_for_this_machine_only(twilio: Sandbox) -> None:
    """The client is served; a web page of another name, or with a name that leads here, is refused."""
    from mcp import Client

    from twsql.mcp.server import LOCAL, http, serving

    with socket.create_server((LOCAL, 0)) as listener, serving(":memory:", 0, login(twilio)) as server:
        url = f"http://{LOCAL}:{listener.getsockname()[1]}/mcp"
        running = http(server, listener)
        thread = threading.Thread(target=lambda: anyio.run(lambda: running.serve(sockets=[listener])))
        thread.start()

        async def ask() -> str:
            async with Client(url) as client:
                return str((await client.call_tool("query", {"sql": "VALUES (42)"})).content[0].text)

        try:
            assert "[42]" in anyio.run(ask)
            body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
            accept = {"Accept": "application/json, text/event-stream"}
            for header in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
                with closing(requests.post(url, json=body, headers={**accept, **header}, timeout=30)) as answer:
                    assert answer.status_code in (421, 403)
                    assert "42" not in answer.text
        finally:
            running.should_exit = True
            thread.join(timeout=30)
