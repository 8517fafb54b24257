"""What the tests of tables share with those of joins."""

from __future__ import annotations

from worlds import NOW, World

__all__ = ["NOW", "World"]
