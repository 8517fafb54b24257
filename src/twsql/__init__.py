"""Twilio conferences as SQL.

`connect` gives a PEP 249 connection, `register` adds the tables and procedures to an apsw connection.
"""

from __future__ import annotations

__version__ = "0.1.0"
