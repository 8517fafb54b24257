"""The sandbox of this process, for `sandbox=True`: started at the first use, shared by all connections."""

from __future__ import annotations

import atexit
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from twsql.errors import SettingError
from twsql.twilio.settings import Settings

if TYPE_CHECKING:
    from twsql.sandbox import Sandbox


def settings(loaded: Settings) -> Settings:
    """The settings, with the URL and the credentials of this process's sandbox in place of an account's.

    Raises SettingError if the extra `sandbox` is not installed.
    """
    sandbox = _sandbox()
    return replace(
        loaded,
        base_url=sandbox.base_url,
        account_sid=sandbox.account_sid,
        auth_token=sandbox.auth_token,
        api_key=None,
        api_secret=None,
        region=None,
        edge=None,
    )


@lru_cache(maxsize=1)
def _sandbox() -> Sandbox:
    try:
        from twsql.sandbox import Sandbox  # an optional dependency
    except ImportError as error:
        raise SettingError(f"sandbox needs {error.name}: pip install 'twsql[sandbox]'") from error
    sandbox = Sandbox()
    sandbox.start()
    atexit.register(sandbox.stop)
    return sandbox
