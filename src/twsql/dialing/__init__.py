"""What must hold when a call is placed: it is on record first, placed once, and what became of it is found out."""
