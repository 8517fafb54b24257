"""Results as Arrow's record batches, for pandas, Polars, DuckDB and all that reads Arrow.

`kinds` has the type of each column, `values` makes arrays of Python's values, `native` lets C read them from SQLite.
"""
