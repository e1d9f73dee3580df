"""Checks the numbers of a base with the networks, and says what that costs before it is spent."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from chalicelib.audience.profile import open_profile
from chalicelib.clock import DAY, Clock
from chalicelib.errors import Forbidden
from chalicelib.sms_providers.fiction import is_fictional
from chalicelib.sms_providers.hlr import Lookup, NumberCheck
from chalicelib.storage.contacts import Contact
from chalicelib.storage.number_checks import Checked, NumberChecks
from chalicelib.vault import Vault

FRESH = 90 * DAY
"""How long a result holds, unless told."""
ANSWERED_WITHIN = 3 * DAY
"""How long after a run its late answers are taken."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a check would ask and cost."""

    numbers: int
    fictional: int
    """Left out: numbers of fiction are never asked for."""
    cost: int
    """Micro-units."""


@dataclass(slots=True)
class CheckReport:
    """What a check found."""

    numbers: int = 0
    fictional: int = 0
    spent: int = 0
    """Micro-units, as the provider says or else at the price that was given."""
    stopped: bool = False
    """Whether it stopped at the highest cost."""
    found: dict[str, int] = field(default_factory=dict)


class NumberChecker:
    """Runs checks of a base, its stalest results only."""

    def __init__(self, checks: NumberChecks, vault: Vault, clock: Clock) -> None:
        self._checks = checks
        self._vault = vault
        self._clock = clock

    def estimate(self, base: str, price: int, *, fresh: int = FRESH) -> Estimate:
        """How many numbers would be asked for at a price (micro-units each), without asking."""
        real = fictional = 0
        for _, phone in self._due(base, fresh):
            fictional += is_fictional(phone)
            real += not is_fictional(phone)
        return Estimate(real, fictional, real * price)

    def run(
        self, base: str, check: NumberCheck, price: int, *, max_cost: int | None = None, fresh: int = FRESH
    ) -> CheckReport:
        """Ask and keep what is found. It never asks beyond `max_cost`. Raises CheckRefused.

        A real provider is given no number of fiction.
        """
        report, found = CheckReport(), Counter[str]()
        asked = self._askable(base, fresh, check, report)
        reference = secrets.token_hex(16)
        self._checks.expect(reference, base, self._clock.now() + ANSWERED_WITHIN)
        while batch := list(islice(asked, self._affordable(check, price, report.spent, max_cost))):
            answers = {lookup.phone: lookup for lookup in check.look_up([phone for _, phone in batch], reference)}
            report.spent += sum(max(answers[phone].price, price) if phone in answers else price for _, phone in batch)
            now = self._clock.now()
            for contact, phone in batch:
                lookup = answers.get(phone)
                status = lookup.status if lookup else "unknown"
                found[status] += 1
                network = lookup.network if lookup else None
                self._checks.save(base, contact.person, Checked(status, network, check.name, now))
            report.numbers += len(batch)
        report.stopped = next(asked, None) is not None
        report.found = dict(sorted(found.items()))
        return report

    def answered(self, by: str, told: Iterable[tuple[str, Lookup]]) -> None:
        """Keep what a provider learnt later, each with the reference of the run that asked for it.

        Twice changes nothing, nor does what is told of a number that the run's base has not. Raises Forbidden where a
        reference is none.
        """
        now = self._clock.now()
        for reference, lookup in told:
            base = self._checks.expected_in(reference, now)
            if base is None:
                raise Forbidden("this answers no look-up that was asked for")
            if lookup.status != "unknown":
                checked = Checked(lookup.status, lookup.network, by, now)
                self._checks.save(base, self._vault.person(lookup.phone), checked)

    def _askable(self, base: str, fresh: int, check: NumberCheck, report: CheckReport) -> Iterator[tuple[Contact, str]]:
        for contact, phone in self._due(base, fresh):
            if check.is_real and is_fictional(phone):
                report.fictional += 1
            else:
                yield contact, phone

    def _due(self, base: str, fresh: int) -> Iterator[tuple[Contact, str]]:
        for contact in self._checks.due(base, self._clock.now() - fresh):
            yield contact, open_profile(self._vault, contact).phone

    def _affordable(self, check: NumberCheck, price: int, spent: int, max_cost: int | None) -> int:
        if max_cost is None or price == 0:
            return check.batch
        return max(0, min(check.batch, (max_cost - spent) // price))
