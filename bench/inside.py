"""What is measured inside a container: the CPU time of each call to a handler, beside the floor's.

python -m bench.inside pixel|redirect|dispatch FROZEN.json ROUNDS REQUESTS floor|alone
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import app
from bench import visits
from chalicelib.clock import SystemClock
from chalicelib.wiring import landing_services, lean_services, services

WARM_UP = 20

Call = Callable[[], None]


class WorldClock:
    """Time that goes on from the world's own moment: nothing has expired, and no hour of the day is closed."""

    def __init__(self, moment: int) -> None:
        self._ahead = moment - SystemClock().now()

    def now(self) -> int:
        """UTC epoch milliseconds."""
        return SystemClock().now() + self._ahead


class WrongAnswer(Exception):
    """What was measured did not do its work."""


def main(work: str, frozen: str, rounds: str, requests: str, beside: str) -> None:
    """Print the CPU seconds of a call, round by round, and how many calls were made in all."""
    world = json.loads(Path(frozen).read_text(encoding="utf-8"))
    # The log goes nowhere, but is written: on Lambda that is a part of the request too.
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        services().clock = lean_services().clock = landing_services().clock = WorldClock(world["now"])
        calls = {"ours": _OURS[work](world)}
        if beside == "floor":
            calls["floor"] = _floor(work, world)
        costs = _costs(calls, int(rounds), int(requests))
    print(json.dumps({"cpu": costs, "requests": WARM_UP + int(rounds) * int(requests)}))


def _costs(calls: dict[str, Call], rounds: int, requests: int) -> dict[str, list[float]]:
    """Round after round, each of the calls in turn, so that a busy machine is busy for all of them."""
    for call in calls.values():
        _timed(call, WARM_UP)
    costs: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            costs[name].append(_timed(call, requests))
    return costs


def _timed(call: Call, times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times


def _pixel(world: dict[str, Any]) -> Call:
    return _answering(200, app.collect, visits.pixel(world["site"], world["now"]))


def _redirect(world: dict[str, Any]) -> Call:
    return _answering(302, app.redirect, visits.click(world["code"]))


def _dispatch(world: dict[str, Any]) -> Call:
    from chalicelib.storage.send_queue import decode

    order = decode(world["order"])

    def call() -> None:
        outcome = services().dispatch.send(order.message, order.version, order.lease)
        if outcome != "sent":
            raise WrongAnswer(outcome)

    return call


def _floor(work: str, world: dict[str, Any]) -> Call:
    from bench import floor

    if work == "pixel":
        return _answering(200, floor.app, visits.pixel(world["site"], world["now"]))
    return _answering(302, floor.app, visits.click(world["code"]))


def _answering(status: int, handler: Callable[..., Any], event: dict[str, Any]) -> Call:
    def call() -> None:
        answer = handler(event, None)
        if answer["statusCode"] != status:
            raise WrongAnswer(answer)

    return call


_OURS = {"pixel": _pixel, "redirect": _redirect, "dispatch": _dispatch}

if __name__ == "__main__":
    main(*sys.argv[1:])
