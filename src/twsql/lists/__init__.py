"""How long lists are read: in ranges of days side by side, status by status, rows that wait in a file."""
