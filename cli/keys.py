"""`relance keys`: the stage's secrets, their rotation, and admin keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from chalicelib.clock import SystemClock
from chalicelib.errors import RelanceError
from cli.answers import AsJson, answer, fail, the_stage
from cli.nesting import KeyNesting
from cli.passes import NotComplete
from cli.rotate import KeyRotation, Progress, Ring
from cli.rotation import TooEarly
from cli.secrets import Secrets, create_operator_key, create_secrets

app = typer.Typer(no_args_is_help=True, help="Secrets and admin keys.")
Job = TypeVar("Job", KeyRotation, KeyNesting)
_RINGS: dict[str, Ring] = {"identifiers": "identifiers", "data": "data"}


@app.command("init")
def init(as_json: AsJson = False) -> None:
    """Create the stage's secrets, where they are not there yet."""
    created = create_secrets(the_stage())
    answer({"created": created}, "\n".join(created) or "All there already.", as_json)


@app.command("operator")
def operator(as_json: AsJson = False) -> None:
    """Make an admin key that reaches every advertiser. It is shown this once."""
    key = create_operator_key(the_stage())
    answer({"operator_key": key}, key, as_json)


@app.command("adopt")
def adopt(as_json: AsJson = False) -> None:
    """Put admin keys from before roles into the lists, to be rotated and taken away. It goes through the table."""
    adopted = [
        {"key": key.id, "scope": key.scope, "role": key.role} for key in the_stage().services().admin_keys.adopt()
    ]
    lines = [f"{one['key']}  {one['role']} of {one['scope']}" for one in adopted]
    answer({"adopted": adopted}, "\n".join(lines) or "All are listed.", as_json)


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Say which keys there are, which one is current, and where their rotations stand."""
    try:
        generation, nesting = _nesting().status()
    except RelanceError as error:
        fail(str(error))
    rings = [*_rotation().status(), (nesting.ring, list(range(1, generation + 1)), generation, nesting)]
    told = [
        {"ring": ring, "versions": versions, "current": current, "phase": progress.phase, "ready_at": progress.ready_at}
        for ring, versions, current, progress in rings
    ]
    lines = [
        f"{ring}: current {current} of {', '.join(map(str, versions))}; {_told(progress)}"
        for ring, versions, current, progress in rings
    ]
    answer(told, "\n".join(lines), as_json)


@app.command("rotate")
def rotate(ring: Annotated[str, typer.Argument(help="identifiers or data.")], as_json: AsJson = False) -> None:
    """Take the rotation of a ring of keys one phase on. Run it until it is steady again; docs/keys.md."""
    if ring not in _RINGS:
        fail(f"keys that rotate are {' and '.join(_RINGS)}")
    _tell(lambda: _rotation().next(_RINGS[ring]), as_json)


@app.command("nest")
def nest(as_json: AsJson = False) -> None:
    """After a leak of `person`: take a key over it one phase on. Run it until it is steady again; docs/keys.md."""
    _tell(_nesting().next, as_json)


def _tell(phase: Callable[[], Progress], as_json: bool) -> None:
    try:
        progress = phase()
    except TooEarly as early:
        fail(f"{early}: not before {_iso(early.until)}")
    except (NotComplete, RelanceError) as left:
        fail(str(left))
    counted = f"; {progress.seen} items seen, {progress.changed} changed" if progress.seen else ""
    answer(asdict(progress), f"{progress.ring}: {_told(progress)}{counted}", as_json)


def _rotation() -> KeyRotation:
    return _on_stage(KeyRotation)


def _nesting() -> KeyNesting:
    return _on_stage(KeyNesting)


def _on_stage(job: Callable[..., Job]) -> Job:
    stage = the_stage()
    secrets = Secrets(lambda: stage.client("ssm"), stage.settings.keys_path)
    # Real time, whatever a test stage's clock shows; there a rehearsal need not wait.
    return job(secrets, stage.services, SystemClock(), waits=not stage.settings.test_clock)


def _told(progress: Progress) -> str:
    if progress.phase == "steady":
        return "steady"
    return f"{progress.phase}, the next phase from {_iso(progress.ready_at)}"


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
