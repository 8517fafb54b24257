"""Who can tell whether something was done whose answer was lost: one file for each kind of thing."""
