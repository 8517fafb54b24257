"""PEP 249 over apsw, with EXEC and CALL."""
