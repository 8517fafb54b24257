"""Witnesses: what can tell whether a call was placed if its response was lost. One file for each kind of effect."""
