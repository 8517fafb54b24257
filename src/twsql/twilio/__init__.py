"""Twilio over HTTP: settings, a client, retries, paging. Nothing else in twsql sends HTTP."""

from __future__ import annotations
