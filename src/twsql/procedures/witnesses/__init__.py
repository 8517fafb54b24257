"""Witnesses: what can tell whether a call was placed, or a message sent, if its response was lost."""
