"""How long lists are read: in day ranges side by side, status by status, with a spill queue for rows that wait."""
