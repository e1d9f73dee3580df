"""Takes a rotation of keys one phase on: reads the stage's secret, does what the phase needs, writes the secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeVar

from chalicelib.audience.rekey import Passed, Rekeying
from chalicelib.clock import Clock
from chalicelib.wiring import Services
from cli import rotation
from cli.rotation import Phase, Secret
from cli.secrets import Secrets

Ring = Literal["identifiers", "data"]
SEGMENTS = 8
_ROUNDS = 5
T = TypeVar("T")


class NotComplete(Exception):
    """The phase could not be completed; the text says why. It can be run again."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a phase came to."""

    ring: Ring
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
        return self._identifiers(secret) if ring == "identifiers" else self._data(secret)

    def _identifiers(self, secret: Secret) -> Progress:
        now = self._clock.now
        match rotation.rotation(secret).phase:
            case "steady":
                return self._write("identifiers", rotation.introduce(secret, now()))
            case "introduced":
                newest = rotation.versions(secret)[-1]
                passed = self._complete(lambda job, part: job.identify(newest, part, SEGMENTS))
                return self._write("identifiers", rotation.passed(secret, now()), passed)
            case "passed":
                return self._write("identifiers", rotation.switch(secret, now()))
            case "switched":
                return self._write("identifiers", rotation.retire(secret, now(), "retired"))
            case "retired":
                kept = frozenset(rotation.versions(secret))
                passed = self._complete(lambda job, part: job.forget(kept, part, SEGMENTS))
                return self._write("identifiers", rotation.steady(secret, now()), passed)

    def _data(self, secret: Secret) -> Progress:
        now = self._clock.now
        match rotation.rotation(secret).phase:
            case "introduced":
                return self._write("data", rotation.switch(secret, now()))
            case "switched":
                passed = self._complete(lambda job, part: job.reseal(part, SEGMENTS))
                return self._write("data", rotation.passed(secret, now()), passed)
            case "passed":
                passed = self._complete(lambda job, part: job.reseal(part, SEGMENTS))
                self._require_unused(version for version in rotation.versions(secret) if version != secret["current"])
                return self._write("data", rotation.retire(secret, now(), "steady"), passed)
            case _:
                return self._write("data", rotation.introduce(secret, now()))

    def _complete(self, part: Callable[[Rekeying, int], Passed]) -> Passed:
        """Pass over the whole table until nothing is left to do."""
        total = Passed()
        for _ in range(_ROUNDS):
            passed = sum(self._each_segment(part), Passed())
            total = Passed(max(total.seen, passed.seen), total.changed + passed.changed, passed.left)
            if not passed.left:
                return total
        raise NotComplete(f"{total.left} items were being written or do not open: run it again")

    def _require_unused(self, old: Iterable[int]) -> None:
        for version in old:
            counts: list[Counter[str]] = self._each_segment(lambda job, n: job.sealed_under(version, n, SEGMENTS))  # noqa: B023 - run at once
            left = sum(counts, Counter[str]())
            if left:
                told = ", ".join(f"{number} {kind}" for kind, number in sorted(left.items()))
                raise NotComplete(f"key {version} still seals {told}: it can go once they have aged out")

    def _each_segment(self, part: Callable[[Rekeying, int], T]) -> list[T]:
        services = self._services()
        job = Rekeying(services.table, services.contacts, services.vault)
        with ThreadPoolExecutor(SEGMENTS) as pool:
            return list(pool.map(lambda segment: part(job, segment), range(SEGMENTS)))

    def _read(self, ring: Ring) -> Secret:
        return (
            rotation.read_identifiers(self._secrets.read(ring))
            if ring == "identifiers"
            else self._secrets.read("private")
        )

    def _write(self, ring: Ring, secret: Secret, passed: Passed | None = None) -> Progress:
        self._secrets.write("identifiers" if ring == "identifiers" else "private", secret)
        return self._progress(ring, secret, passed or Passed())

    def _progress(self, ring: Ring, secret: Secret, passed: Passed | None = None) -> Progress:
        done = passed or Passed()
        return Progress(ring, rotation.rotation(secret).phase, rotation.ready_at(secret), done.seen, done.changed)
