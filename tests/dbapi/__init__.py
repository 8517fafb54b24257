"""Tests of the PEP 249 driver, and of EXEC and CALL."""
