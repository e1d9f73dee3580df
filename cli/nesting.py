"""Nesting: one more key over that of `person`, and everything that outlives a person under it (docs/adr/0020).

    steady -> introduced -> passed -> steady

introduced: what is met under the name of before is moved before it is used. passed: nothing stands there any more, and
nobody looks. steady: the marks of what was moved are gone, and the log's records are renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.audience.nesting import Nesting
from chalicelib.audience.rekey import Passed
from chalicelib.clock import Clock
from chalicelib.vault import nesting_of, new_key
from chalicelib.wiring import Services
from cli.passes import SEGMENTS, NotComplete, complete
from cli.rotate import Progress
from cli.rotation import SETTLED, Phase, Secret, TooEarly
from cli.secrets import Secrets


class KeyNesting:
    """Takes a nesting one phase on. `clock` is real time: containers grow old by it."""

    def __init__(self, secrets: Secrets, services: Callable[[], Services], clock: Clock, *, waits: bool = True) -> None:
        self._secrets = secrets
        self._services = services
        self._clock = clock
        self._waits = waits

    def status(self) -> tuple[int, Progress]:
        """How many keys lie over one another, and where the newest one's coming stands."""
        secret = self._secrets.read("private")
        return nesting_of(secret)["current"], _progress(secret)

    def next(self) -> Progress:
        """Do the next phase. Raises TooEarly or NotComplete, and has then changed no secret."""
        secret = self._secrets.read("private")
        nesting = nesting_of(secret)
        if self._waits and self._clock.now() < ready_at(nesting):
            raise TooEarly(ready_at(nesting))
        done = Passed()
        match nesting["phase"]:
            case "steady":
                after = introduce(secret, self._clock.now())
            case "introduced":
                done = self._move()
                after = at_phase(secret, "passed", self._clock.now())
            case _:
                services = self._services()
                done = clear(services) + Passed(changed=services.opposition_log.rename(services.vault.lasting))
                after = at_phase(secret, "steady", self._clock.now())
        if self._secrets.read("private") != secret:
            raise NotComplete("the secret was changed meanwhile: run it again")
        self._secrets.write("private", after)
        return _progress(after, done)

    def _move(self) -> Passed:
        services = self._services()
        job = Nesting(services.table, services.ledger_places, services.vault)
        done = complete(lambda segment: job.move(segment, SEGMENTS))
        if complete(lambda segment: job.move(segment, SEGMENTS)).changed:
            raise NotComplete("something still writes under the name of before: run it again")
        return done


def clear(services: Services) -> Passed:
    """Leave nothing in the table under a name of before: for when no container looks there any more."""
    job = Nesting(services.table, services.ledger_places, services.vault)
    return complete(lambda segment: job.move(segment, SEGMENTS, clears=True))


def ready_at(nesting: Mapping[str, Any]) -> int:
    """The moment (epoch ms) from which the next phase may come."""
    since: int = nesting["since"]
    return since if nesting["phase"] == "steady" else since + SETTLED


def introduce(secret: Secret, now: int) -> dict[str, Any]:
    """The secret with one more key over the others."""
    nesting = nesting_of(secret)
    generation = nesting["current"] + 1
    keys = {**nesting["keys"], str(generation): new_key()}
    return {**secret, "nesting": {"keys": keys, "current": generation, "phase": "introduced", "since": now}}


def at_phase(secret: Secret, phase: Phase, now: int) -> dict[str, Any]:
    """The secret at a phase of its nesting."""
    return {**secret, "nesting": {**secret["nesting"], "phase": phase, "since": now}}


def _progress(secret: Secret, done: Passed = Passed()) -> Progress:  # noqa: B008 - it is frozen
    nesting = nesting_of(secret)
    return Progress("person", nesting["phase"], ready_at(nesting), done.seen, done.changed)
