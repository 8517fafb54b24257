"""Settings: each from its argument, its variable or its default, checked."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from twsql.errors import SettingError
from twsql.twilio.settings import VARIABLES, Settings

AC = "AC" + "0123456789abcdef" * 2
SK = "SK" + "0123456789ABCDEF" * 2

GOOD = [
    ("account_sid", "TWILIO_ACCOUNT_SID", AC, AC),
    ("auth_token", "TWILIO_AUTH_TOKEN", "t0ken", "t0ken"),
    ("api_key", "TWILIO_API_KEY", SK, SK),
    ("api_secret", "TWILIO_API_SECRET", "s3cret", "s3cret"),
    ("region", "TWILIO_REGION", "US1", "us1"),
    ("edge", "TWILIO_EDGE", "Ashburn", "ashburn"),
    ("base_url", "TWSQL_BASE_URL", "https://proxy.example:8443/twilio/", "https://proxy.example:8443/twilio"),
    ("base_url", "TWSQL_BASE_URL", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("base_url", "TWSQL_BASE_URL", "http://[::1]:8080", "http://[::1]:8080"),
    ("timeout", "TWSQL_TIMEOUT", "2.5", 2.5),
    ("max_attempts", "TWSQL_MAX_ATTEMPTS", "1", 1),
    ("max_in_flight", "TWSQL_MAX_IN_FLIGHT", "7", 7),
    ("page_size", "TWSQL_PAGE_SIZE", "1000", 1000),
    ("journal", "TWSQL_JOURNAL", "/some where/journal.db", "/some where/journal.db"),
    ("max_calls", "TWSQL_MAX_CALLS", "0", 0),
    ("max_changes", "TWSQL_MAX_CHANGES", "5", 5),
    ("max_price_per_minute", "TWSQL_MAX_PRICE_PER_MINUTE", "0.10", Decimal("0.1")),
    ("default_country", "TWSQL_DEFAULT_COUNTRY", "in", "IN"),
    ("calls_per_second", "TWSQL_CALLS_PER_SECOND", "0.5", 0.5),
    ("label_calls", "TWSQL_LABEL_CALLS", "no", False),
    ("recovery_grace", "TWSQL_RECOVERY_GRACE", "2", 2.0),
    ("safe", "TWSQL_SAFE", "0", False),
    ("statement_timeout", "TWSQL_STATEMENT_TIMEOUT", "7.5", 7.5),
    ("max_rows", "TWSQL_MAX_ROWS", "50", 50),
    ("read_only", "TWSQL_READ_ONLY", "true", True),
    ("read_only", "TWSQL_READ_ONLY", "OFF", False),
    ("dry_run", "TWSQL_DRY_RUN", "Yes", True),
    ("sandbox", "TWSQL_SANDBOX", "1", True),
]

DEFAULTS = {
    "timeout": 30.0,
    "max_attempts": 5,
    "max_in_flight": 64,
    "page_size": 1000,
    "max_calls": 1000,
    "max_changes": 100,
    "label_calls": True,
    "recovery_grace": 10.0,
    "safe": False,
    "statement_timeout": None,
    "max_rows": None,
    "read_only": False,
    "dry_run": False,
    "sandbox": False,
}

URLS = [
    "ftp://example.com",
    "example.com",
    "https://",
    "https:///path",
    "https://user:pass@example.com",
    "https://example.com?x=1",
    "https://example.com#x",
    "https://example.com\\@evil.example",
    "https://example.com:port",
    "https://example.com:99999",
    "https://example.com:0",
    "https://exa mple.com",
    "https://exämple.com",
    "https://example.com/../x y",
    "https://example.com\nHost: evil",
    "http://example.com",
    "http://127.0.0.1.example.com",
    "http://0.0.0.0:80",
    "https://[::1",
    5,
]

BAD: list[tuple[str, object]] = [
    *[("account_sid", value) for value in ("AC1", SK, AC + "0", "AC" + "g" * 32, AC.lower(), 5)],
    *[("api_key", value) for value in ("SK1", AC, SK[:-1])],
    *[("auth_token", value) for value in ("two words", "a\nb", "t\0", 5, b"bytes")],
    *[("api_secret", value) for value in ("two words", "a\tb", 5)],
    *[("region", value) for value in ("evil.com/", "a.b", "-a", "a_b", "a" * 64, 5)],
    *[("edge", value) for value in ("evil.com#", "a b", "@", 5)],
    *[("base_url", value) for value in URLS],
    *[("timeout", value) for value in ("0", "-1", "nan", "inf", "1e9", "soon", 0, True, None.__class__)],
    *[("max_attempts", value) for value in ("0", "101", "1.0", "1_0", "+1", "\u0661", "five", 1.0, True)],
    *[("max_in_flight", value) for value in ("0", "1001", "-1", "9" * 30)],
    *[("page_size", value) for value in ("0", "1001", "all", 0, 1001)],
    *[("default_country", value) for value in ("USA", "1", "U S", 1)],
    *[("max_calls", value) for value in ("-1", "many", 1.5)],
    *[("max_changes", value) for value in ("-1", "all", 1.5)],
    *[("max_price_per_minute", value) for value in ("-0.1", "NaN", "Infinity", "1_0", "0,05", "$1", True, b"1")],
    *[("max_rows", value) for value in ("0", "all", 1.5)],
    *[("statement_timeout", value) for value in ("0", "-1", "soon", "nan")],
    *[(name, value) for name in ("calls_per_second", "recovery_grace") for value in ("0", "-1", "1e9", "fast")],
    *[("journal", value) for value in ("a\0b", 5)],
    *[
        (name, value)
        for name in ("label_calls", "safe", "read_only", "dry_run", "sandbox")
        for value in ("maybe", "2", 2, 1.0, [])
    ],
]


@pytest.mark.parametrize(("name", "variable", "text", "value"), GOOD)
def test_each_setting_has_a_variable_and_an_argument(name: str, variable: str, text: str, value: object) -> None:
    """A setting's variable and its argument are read alike."""
    extra = {"region": {"edge": "ashburn"}}.get(name, {})
    assert VARIABLES[name] == variable
    assert getattr(Settings.load({variable: text}, **extra), name) == value
    assert getattr(Settings.load({}, **{name: text}, **extra), name) == value


def test_every_setting_is_tried_here() -> None:
    """No setting is without its case above."""
    assert {name for name, *_ in GOOD} == set(VARIABLES) == {name for name, _ in BAD}


def test_arguments_go_before_variables() -> None:
    """An argument wins; None and a blank variable are as good as absent."""
    environ = {"TWSQL_TIMEOUT": "9", "TWSQL_PAGE_SIZE": " ", "TWSQL_MAX_ATTEMPTS": " 3\n"}
    settings = Settings.load(environ, timeout=4, page_size=None)
    assert (settings.timeout, settings.page_size, settings.max_attempts) == (4.0, 1000, 3)


def test_defaults() -> None:
    """Nothing set is fine: not everything needs an account."""
    settings = dataclasses.asdict(Settings.load({}))
    assert settings == {name: DEFAULTS.get(name) for name in VARIABLES}


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """`load()` reads the variables as they are when it is called."""
    monkeypatch.setenv("TWSQL_PAGE_SIZE", "17")
    assert Settings.load().page_size == 17


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_malformed_value_names_argument_and_variable(name: str, value: object) -> None:
    """The error says which setting, both ways, in one line."""
    with pytest.raises(SettingError, match=rf"^{name} \({VARIABLES[name]}\) (must|would) ") as raised:
        Settings.load({}, **{name: value})
    assert "\n" not in str(raised.value)
    if isinstance(value, str) and "\0" not in value:
        with pytest.raises(SettingError):
            Settings.load({VARIABLES[name]: value})


@pytest.mark.parametrize("name", VARIABLES)
def test_a_malformed_value_is_not_repeated(name: str) -> None:
    """It may be a secret in the wrong place."""
    with pytest.raises(SettingError) as raised:
        Settings.load({}, **{name: "misplaced secret\0"})
    assert "misplaced" not in str(raised.value)


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_argument_is_malformed(name: str) -> None:
    """'' was given, so it is not taken as absent."""
    with pytest.raises(SettingError, match=rf"^{name} \("):
        Settings.load({}, **{name: "  "})


def test_all_problems_at_once() -> None:
    """One error lists every unknown name and every malformed value."""
    given: dict[str, Any] = {"acount_sid": "x", "timeout": "soon", "page_size": 0, "region": "ie1"}
    with pytest.raises(SettingError) as raised:
        Settings.load({"TWSQL_DRY_RUN": "perhaps"}, **given)
    for part in ("'acount_sid', did you mean account_sid?", "timeout (", "page_size (", "dry_run (", "region ("):
        assert part in str(raised.value)


def test_an_unknown_setting_lists_those_there_are() -> None:
    """Also where none is near."""
    with pytest.raises(SettingError, match="no setting 'zzz'") as raised:
        Settings.load({}, zzz=1)
    assert all(name in str(raised.value) for name in VARIABLES)


@pytest.mark.parametrize(
    ("given", "server"),
    [
        ({}, "https://api.twilio.com"),
        ({"region": "ie1", "edge": "dublin"}, "https://api.dublin.ie1.twilio.com"),
        ({"edge": "ashburn"}, "https://api.ashburn.us1.twilio.com"),
        ({"region": "us1"}, "https://api.us1.twilio.com"),
        ({"region": "ie1", "base_url": "https://example.com/"}, "https://example.com"),
    ],
)
def test_server(given: dict[str, str], server: str) -> None:
    """Region and edge make the host; base_url goes before them."""
    assert Settings.load({}, **given).server == server


def test_a_region_needs_an_edge() -> None:
    """Twilio has no api.ie1.twilio.com any more."""
    with pytest.raises(SettingError, match=r"region \(TWILIO_REGION\) needs an edge.*edge \(TWILIO_EDGE\)"):
        Settings.load({"TWILIO_REGION": "ie1"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {},
            "no account SID: pass account_sid or set TWILIO_ACCOUNT_SID, or try .*; no auth token: pass auth_token",
        ),
        ({"account_sid": AC}, "^no auth token: pass auth_token or set TWILIO_AUTH_TOKEN .or api_key and api_s"),
        (
            {"auth_token": "t"},
            "^no account SID: pass account_sid or set TWILIO_ACCOUNT_SID, or try [^;]*$",
        ),
        ({"account_sid": AC, "api_key": SK}, "^no API secret: pass api_secret or set TWILIO_API_SECRET as well"),
        ({"account_sid": AC, "api_secret": "s"}, "^no API key: pass api_key or set TWILIO_API_KEY as well"),
        (
            {"api_key": SK, "api_secret": "s"},
            "^no account SID: pass account_sid or set TWILIO_ACCOUNT_SID, or try [^;]*$",
        ),
    ],
)
def test_missing_credentials_say_what_to_set(given: dict[str, str], message: str) -> None:
    """They are missed when they are needed, not when settings are made."""
    settings = Settings.load({}, **given)
    with pytest.raises(SettingError, match=message):
        settings.require_credentials()


@pytest.mark.parametrize(
    ("environ", "given", "login"),
    [
        ({}, {"auth_token": "t"}, (AC, "t")),
        ({}, {"api_key": SK, "api_secret": "s"}, (SK, "s")),
        ({"TWILIO_AUTH_TOKEN": "t", "TWILIO_API_KEY": SK, "TWILIO_API_SECRET": "s"}, {}, (SK, "s")),
        ({"TWILIO_API_KEY": SK, "TWILIO_API_SECRET": "s"}, {"auth_token": "t"}, (AC, "t")),
        ({"TWILIO_AUTH_TOKEN": "t"}, {"api_key": SK, "api_secret": "s"}, (SK, "s")),
        ({"TWILIO_API_SECRET": "s"}, {"api_key": SK, "auth_token": "t"}, (SK, "s")),
    ],
)
def test_which_login_wins(environ: dict[str, str], given: dict[str, str], login: tuple[str, str]) -> None:
    """An API key goes before the token, but a token as an argument before a key in the environment."""
    assert Settings.load(environ, account_sid=AC, **given).require_credentials() == (AC, *login)


def test_repr_has_no_secrets() -> None:
    """Tokens and secrets are in no repr."""
    settings = Settings.load({}, account_sid=AC, auth_token="t0ken", api_key=SK, api_secret="s3cret")
    assert AC in repr(settings)
    assert SK in repr(settings)
    assert "t0ken" not in repr(settings) + str(settings)
    assert "s3cret" not in repr(settings) + str(settings)


def test_settings_are_frozen() -> None:
    """They are shared by threads."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.load({}).timeout = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "realm"),
    [
        ({}, "https://api.twilio.com"),
        ({"edge": "dublin", "region": "ie1"}, "https://api.twilio.com"),
        ({"base_url": "https://api.twilio.com"}, "https://api.twilio.com"),
        ({"base_url": "https://twilio.example.com"}, "https://twilio.example.com"),
        ({"base_url": "https://not-twilio.com"}, "https://not-twilio.com"),
    ],
)
def test_the_realm(given: dict[str, str], realm: str) -> None:
    """Twilio is one server for keys, by whichever edge; every other is its own."""
    assert Settings.load({}, **given).realm == realm


def test_one_account_on_one_server() -> None:
    """Capitals make no other account or server: their keys would be placed again."""
    settings = Settings.load({}, account_sid="AC" + "A" * 32, base_url="HTTPS://Twilio.Example.com:8443/A/Path/")
    assert settings.account_sid == "AC" + "a" * 32
    assert settings.realm == "https://twilio.example.com:8443/A/Path"


def test_safe_is_read_only_and_has_limits() -> None:
    """Its limits can be set to others; nothing lets it write."""
    safe = Settings.load({"TWSQL_SAFE": "1", "TWSQL_READ_ONLY": "0"}, max_rows=5)
    assert (safe.read_only, safe.statement_timeout, safe.max_rows) == (True, 30.0, 5)
    usual = Settings.load({})
    assert (usual.read_only, usual.statement_timeout, usual.max_rows) == (False, None, None)


@pytest.mark.parametrize(
    ("given", "server"),
    [
        ({}, "https://insights.twilio.com"),
        ({"region": "ie1", "edge": "dublin"}, "https://insights.dublin.ie1.twilio.com"),
        ({"edge": "dublin"}, "https://insights.dublin.us1.twilio.com"),
        ({"base_url": "http://127.0.0.1:1"}, "http://127.0.0.1:1"),
    ],
)
def test_other_apis_have_hosts_of_their_own(given: dict[str, str], server: str) -> None:
    """Where the region and the edge say, unless a base_url serves all APIs."""
    assert Settings.load({}, **given).server_of("insights") == server
