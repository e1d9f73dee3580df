"""Takes a rotation of keys one phase on: reads the stage's secret, does what the phase needs, writes the secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from chalicelib.audience.rekey import Passed, Rekeying
from chalicelib.clock import Clock
from chalicelib.wiring import Services
from cli import rotation
from cli.passes import SEGMENTS, NotComplete, complete, each_segment
from cli.rotation import Phase, Secret
from cli.secrets import Secrets

Ring = Literal["identifiers", "data"]


@dataclass(frozen=True, slots=True)
class Progress:
    """What a phase came to."""

    ring: Ring | Literal["person"]
    phase: Phase
    ready_at: int
    """When the next phase may come (epoch ms)."""
    seen: int = 0
    changed: int = 0


class KeyRotation:
    """Rotates the keys of a stage, phase by phase. `clock` is real time: containers grow old by it."""

    def __init__(self, secrets: Secrets, services: Callable[[], Services], clock: Clock, *, waits: bool = True) -> None:
        self._secrets = secrets
        self._services = services
        self._clock = clock
        self._waits = waits

    def status(self) -> list[tuple[Ring, list[int], int, Progress]]:
        """Versions, the current one, and the progress of each ring of keys."""
        return [
            (ring, rotation.versions(secret), secret["current"], self._progress(ring, secret))
            for ring in ("identifiers", "data")
            for secret in [self._read(ring)]
        ]

    def next(self, ring: Ring) -> Progress:
        """Do the next phase. Raises rotation.TooEarly or NotComplete, and has then changed no secret."""
        secret = self._read(ring)
        if self._waits:
            rotation.require_ready(secret, self._clock.now())
        after, passed = self._identifiers(secret) if ring == "identifiers" else self._data(secret)
        if self._read(ring) != secret:
            raise NotComplete("the secret was changed meanwhile: run it again")
        self._secrets.write("identifiers" if ring == "identifiers" else "private", after)
        return self._progress(ring, after, passed)

    def _identifiers(self, secret: Secret) -> tuple[Secret, Passed]:
        now = self._clock.now
        match rotation.rotation(secret).phase:
            case "steady":
                return rotation.introduce(secret, now()), Passed()
            case "introduced":
                newest = rotation.versions(secret)[-1]
                passed = self._complete(lambda job, part: job.identify(newest, part, SEGMENTS))
                return rotation.passed(secret, now()), passed
            case "passed":
                return rotation.switch(secret, now()), Passed()
            case "switched":
                return rotation.retire(secret, now(), "retired"), Passed()
            case "retired":
                kept = frozenset(rotation.versions(secret))
                passed = self._complete(lambda job, part: job.forget(kept, part, SEGMENTS))
                return rotation.steady(secret, now()), passed

    def _data(self, secret: Secret) -> tuple[Secret, Passed]:
        now = self._clock.now
        match rotation.rotation(secret).phase:
            case "introduced":
                return rotation.switch(secret, now()), Passed()
            case "switched":
                passed = self._complete(lambda job, part: job.reseal(part, SEGMENTS))
                return rotation.passed(secret, now()), passed
            case "passed":
                passed = self._complete(lambda job, part: job.reseal(part, SEGMENTS))
                self._require_unused(version for version in rotation.versions(secret) if version != secret["current"])
                return rotation.retire(secret, now(), "steady"), passed
            case _:
                return rotation.introduce(secret, now()), Passed()

    def _complete(self, part: Callable[[Rekeying, int], Passed]) -> Passed:
        job = self._job()
        return complete(lambda segment: part(job, segment))

    def _require_unused(self, old: Iterable[int]) -> None:
        job = self._job()
        for version in old:
            counts = each_segment(lambda segment: job.sealed_under(version, segment, SEGMENTS))  # noqa: B023 - run at once
            left = sum(counts, Counter[str]())
            if left:
                told = ", ".join(f"{number} {kind}" for kind, number in sorted(left.items()))
                raise NotComplete(f"key {version} still seals {told}: it can go once they have aged out")

    def _job(self) -> Rekeying:
        services = self._services()
        return Rekeying(services.table, services.contacts, services.vault)

    def _read(self, ring: Ring) -> Secret:
        return (
            rotation.read_identifiers(self._secrets.read(ring))
            if ring == "identifiers"
            else self._secrets.read("private")
        )

    def _progress(self, ring: Ring, secret: Secret, passed: Passed | None = None) -> Progress:
        done = passed or Passed()
        return Progress(ring, rotation.rotation(secret).phase, rotation.ready_at(secret), done.seen, done.changed)
