"""Virtual tables without SQLite: planning, scanning and changing rows. `hosts` binds them to SQLite."""
