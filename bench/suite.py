"""Every figure of the bench; those that are measured together are made together."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import deployed, imports, landings, visits
from bench.containers import Containers
from bench.endpoint import running
from bench.figures import Figure
from bench.world import MATCH, STEPS, TEN, THOUSAND, TICK_FOR_TEN, Played, play

_MOST = 0.45
_MOST_COLD = 0.5
"""Times the floor, which is Chalice and boto3 alone: the two routes must not pay for boto3 (docs/adr/0013)."""

_FIRST = "assert handler(json.loads(sys.argv[1]), None)['statusCode'] == 302"
_COLD = {
    "floor": f"import json, sys; from bench.floor import app as handler; {_FIRST}",
    "ours": f"import json, sys; from app import redirect as handler; {_FIRST}",
}


@dataclass(frozen=True, slots=True)
class Effort:
    """How often everything is measured. Many short rounds: a busy moment of the machine then falls on both sides."""

    containers: int = 4
    rounds: int = 40
    requests: int = 20
    starts: int = 17
    rows: int = imports.MILLION
    windows: int = 3
    window_s: float = 10
    deliveries: int = 7
    warm_up: int = 60_000
    """Redirects. Java goes on compiling what runs often, and a window in which it does measures the compiler."""


def run(effort: Effort) -> Iterator[Figure]:
    """The figures, in the order of a visit."""
    played = play()
    with tempfile.TemporaryDirectory() as directory:
        frozen = Path(directory) / "frozen.json"
        frozen.write_text(json.dumps(played.frozen), encoding="utf-8")
        with running(frozen) as endpoint:
            containers = Containers(endpoint, frozen, played.frozen["settings"])
            yield from _requests("pixel", "`/p.gif` with a product put into the cart", containers, effort)
            yield from _requests("redirect", "`/{code}`, a tap on the link in an SMS", containers, effort)
            yield landings.figure(
                frozen,
                played.frozen,
                windows=effort.windows,
                window_s=effort.window_s,
                warm_up=effort.warm_up,
            )
            yield from _cold_start(visits.click(played.frozen["code"]), containers, effort)
            yield from _dispatch(played, containers, effort)
    yield deployed.figure(effort.deliveries)
    yield _tick(played)
    yield _match(played)
    yield from imports.figures(effort.rounds, effort.rows)


def _requests(name: str, what: str, containers: Containers, effort: Effort) -> Iterator[Figure]:
    yield _calls(name, what, containers, effort)
    runs = [
        containers.measure(name, effort.rounds, effort.requests, floor=True)["cpu"] for _ in range(effort.containers)
    ]
    ours, floor = ([median(run[side]) for run in runs] for side in ("ours", "floor"))
    ratios = [median(a / b for a, b in zip(run["ours"], run["floor"], strict=True)) for run in runs]
    yield Figure(
        f"{name}.cpu_ratio",
        round(median(ratios), 3),
        _MOST,
        "× floor",
        f"CPU time of {what}, over that of the same call and answer by a bare Chalice app with boto3's own client"
        f" (bench/floor.py); median of {effort.rounds} rounds of {effort.requests} requests each, in turn in one"
        f" process; median of {effort.containers} processes",
        (f"ours {_us(ours)}, floor {_us(floor)}", f"ratio by process: {', '.join(f'{r:.3f}' for r in ratios)}"),
    )


def _calls(name: str, what: str, containers: Containers, effort: Effort) -> Figure:
    containers.endpoint.take_counts()
    requests = containers.measure(name, effort.rounds, effort.requests)["requests"]
    counts = containers.endpoint.take_counts()
    return Figure(
        f"{name}.calls",
        round(counts.total() / requests, 4),
        1,
        "a request",
        f"AWS calls of {what}, retries included, counted at the endpoint's socket over the first {requests} requests"
        " of a container",
        tuple(f"{times} {operation}" for operation, times in counts.items()),
    )


def _cold_start(click: dict[str, object], containers: Containers, effort: Effort) -> Iterator[Figure]:
    programs = {name: ["-c", program, json.dumps(click)] for name, program in _COLD.items()}
    for program in programs.values():
        containers.run(*program)  # The first one may have to compile.
    starts = [{name: containers.run(*program) for name, program in programs.items()} for _ in range(effort.starts)]
    ours, floor = ([start[name].cpu_s for start in starts] for name in ("ours", "floor"))
    yield Figure(
        "cold_start.ratio",
        round(median(a / b for a, b in zip(ours, floor, strict=True)), 3),
        _MOST_COLD,
        "× floor",
        "CPU time of a fresh interpreter until its first redirect is answered, over that of one with bench/floor.py;"
        f" median of {effort.starts} starts each, in turn",
        (f"ours {1e3 * median(ours):.0f} ms, floor {1e3 * median(floor):.0f} ms",),
    )
    yield Figure(
        "cold_start.first_redirect_ms",
        round(1e3 * median(start["ours"].wall_s for start in starts), 1),
        None,
        "ms",
        f"wall time of a fresh interpreter from its start to its end, with one redirect; median of {effort.starts}",
        (f"the floor's {1e3 * median(start['floor'].wall_s for start in starts):.0f} ms",),
    )


def _dispatch(played: Played, containers: Containers, effort: Effort) -> Iterator[Figure]:
    calls = played.calls.explained(*STEPS)
    yield Figure(
        "dispatch.calls_per_sms",
        calls.number,
        None,
        "calls",
        "DynamoDB and SQS calls from the event to `sent`, for one SMS all alone, each function in a container that has"
        " just started; the real services on moto, each attempt counted",
        calls.told,
        calls.doubts,
    )
    runs = [
        containers.measure("dispatch", effort.rounds, max(1, effort.requests // 10))["cpu"]["ours"]
        for _ in range(effort.containers)
    ]
    yield Figure(
        "dispatch.sms_per_cpu_second",
        round(1 / median(median(run) for run in runs)),
        None,
        "/s",
        "SMS decided, claimed and handed to the outbox per CPU-second of the worker's process, against canned answers;"
        f" median of {effort.rounds} rounds, median of {effort.containers} processes",
    )


def _tick(played: Played) -> Figure:
    calls = played.calls.explained(TICK_FOR_TEN)
    return Figure(
        "tick.calls_for_ten_due",
        calls.number,
        None,
        "calls",
        f"DynamoDB and SQS calls of one tick with the steps of {TEN} contacts due, of {THOUSAND} who are in"
        " the journey; the real services on moto, each attempt counted",
        calls.told,
        calls.doubts,
    )


def _match(played: Played) -> Figure:
    calls = played.calls.explained(MATCH)
    return Figure(
        "match.calls",
        calls.number,
        2,
        "calls",
        f"DynamoDB calls to match a visitor with three identifiers among {THOUSAND} contacts; keys alone are read, so"
        " their number says nothing: it is the same among 13 million",
        calls.told,
        calls.doubts,
    )


def _us(seconds: list[float]) -> str:
    return f"{1e6 * median(seconds):.0f} µs"
