"""The state of one sandbox, shared by its HTTP routes and its Python methods."""

from __future__ import annotations

from .clock import Clock
from .counters import Counters, Traffic
from .faults import Faults
from .settings import Settings
from .world import World


class State:
    """Settings, clock, world, traffic and faults. Only the server's thread may touch it while that runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Begin anew, as at the start: the seed's world, nothing counted, no faults."""
        self.clock = Clock(self.settings.now)
        self.world = World(self.settings, self.clock)
        self.traffic = Traffic(self.settings.log)
        self.faults = Faults(self.settings.seed)

    def change(self, settings: Settings) -> None:
        """Change settings; those of the seed have no effect before the next reset."""
        self.settings = self.world.settings = settings

    def clear(self) -> None:
        """Clear counters and log."""
        self.traffic.clear()
        self.world.placed.clear()

    def counters(self) -> Counters:
        """Return the current counts."""
        return self.traffic.snapshot(self.world.placed)

    def advance(self, seconds: float) -> None:
        """Move the time on, and let events happen that are due."""
        self.clock.advance(seconds)
        self.world.settle()
