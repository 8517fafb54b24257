"""Twilio over HTTP: settings, client, retries, paging. Only this package sends requests to Twilio."""

from __future__ import annotations
