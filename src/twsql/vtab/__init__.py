"""Virtual tables without SQLite: planning, scanning and changing, for any host to bind."""
