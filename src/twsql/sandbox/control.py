"""The control routes under /sandbox/, which are neither counted nor logged, and need no credentials.

GET counters, POST clear, POST reset, POST advance, POST settings, GET requests, GET, POST and DELETE faults and
readings. Bodies and answers are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from .faults import Fault, describe
from .readings import Readings, changed
from .state import State
from .wire import Answer

Inputs = dict[str, Any]


def control(state: State, method: str, path: str, body: bytes) -> Answer:
    """Answer a control request; 404 for an unknown one, 400 with the reason for bad inputs."""
    action = _ACTIONS.get((method, path.removeprefix("/sandbox/")))
    if action is None:
        return _json(404, {"message": f"no {method} {path}"})
    try:
        inputs = json.loads(body or b"{}")
        return _json(200, action(state, inputs))
    except (TypeError, ValueError, KeyError) as error:
        return _json(400, {"message": f"{type(error).__name__}: {error}"})


def _counters(state: State, inputs: Inputs) -> Any:
    counters = asdict(state.counters())
    placed = [{"conference": name, "to": to, "calls": calls} for (name, to), calls in counters["placed_by"].items()]
    return {**counters, "placed_by": placed}


def _requests(state: State, inputs: Inputs) -> Any:
    names = ("method", "raw_path", "route", "query", "form", "headers", "status")
    return [{name: getattr(one, name) for name in names} for one in state.traffic.log]


def _faults(state: State, inputs: Inputs) -> Any:
    return [describe(fault) for fault in state.faults.rules]


def _fail(state: State, inputs: Inputs) -> Any:
    fault = Fault(**inputs)
    state.faults.rules.append(fault)
    return describe(fault)


def _heal(state: State, inputs: Inputs) -> Any:
    state.faults.heal()
    return []


def _advance(state: State, inputs: Inputs) -> Any:
    state.advance(float(inputs["seconds"]))
    return {"now": state.clock.now()}


def _readings(state: State, inputs: Inputs) -> Any:
    return asdict(state.settings.readings)


def _read(state: State, inputs: Inputs) -> Any:
    state.change(replace(state.settings, readings=changed(state.settings.readings, inputs)))
    return _readings(state, inputs)


def _document(state: State, inputs: Inputs) -> Any:
    state.change(replace(state.settings, readings=Readings()))
    return _readings(state, inputs)


def _change(state: State, inputs: Inputs) -> Any:
    readings = changed(state.settings.readings, inputs.pop("readings", {}))
    state.change(replace(state.settings, readings=readings, **inputs))
    return {**asdict(state.settings), "now": state.clock.now()}


def _clear(state: State, inputs: Inputs) -> Any:
    state.clear()
    return {}


def _reset(state: State, inputs: Inputs) -> Any:
    state.reset()
    return {}


_ACTIONS: dict[tuple[str, str], Callable[[State, Inputs], Any]] = {
    ("GET", "counters"): _counters,
    ("GET", "requests"): _requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _fail,
    ("DELETE", "faults"): _heal,
    ("GET", "readings"): _readings,
    ("POST", "readings"): _read,
    ("DELETE", "readings"): _document,
    ("POST", "advance"): _advance,
    ("POST", "settings"): _change,
    ("POST", "clear"): _clear,
    ("POST", "reset"): _reset,
}


def _json(status: int, content: Any) -> Answer:
    return Answer(status, json.dumps(content).encode())
