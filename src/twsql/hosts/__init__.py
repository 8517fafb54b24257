"""Bindings of the virtual tables to a SQLite: apsw's own, or any other by an extension."""
