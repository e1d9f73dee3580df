"""What an SMS that may go still waits for: a provider that answers, the day's budget, a place in the second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import Clock
from chalicelib.messaging.budget import Budget, day_of
from chalicelib.messaging.pace import Pace
from chalicelib.sms_providers.contract import Sms
from chalicelib.sms_providers.prices import Money
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.breakers import Breakers

HoldReason = Literal["provider_unavailable", "budget_spent", "price_unknown"]


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits until a moment (epoch ms), or where there is none it does not go at all."""

    reason: HoldReason
    until: int | None


class NoPlace(Exception):
    """The second is full: the order comes back in another one."""


class Gate:
    """One worker's gate. Raises StorageUnavailable where something cannot be asked: nothing leaves then."""

    def __init__(
        self,
        *,
        breakers: Breakers,
        providers: Sequence[str],
        budget: Budget,
        price: Callable[[str, str, int], Money | None],
        pace: Pace,
        clock: Clock,
    ) -> None:
        self._breakers = breakers
        self._providers = providers
        self._budget = budget
        self._price = price
        self._pace = pace
        self._clock = clock

    def enter(self, advertiser: Advertiser, sms: Sms, country: str) -> Hold | None:
        """Spend the SMS's price and take its place; or why it waits. Raises NoPlace."""
        now = self._clock.now()
        # With two providers one that answers is enough.
        answers_at = min(self._breakers.get(name).open_until for name in self._providers)
        if answers_at > now:
            return Hold("provider_unavailable", answers_at)
        against = self._spend(advertiser, sms, country, now)
        if against:
            return Hold(against, day_of(now)[1] if against == "budget_spent" else None)
        if not self._pace.take(self._providers[0], sms.sender):
            self.leave(advertiser, sms, country)
            raise NoPlace
        return None

    def leave(self, advertiser: Advertiser, sms: Sms, country: str) -> None:
        """It did not go after all: its price can be spent again."""
        cost, budget = self.cost(advertiser, sms, country), _budgeted(advertiser, sms)
        if cost and budget:
            self._budget.give_back(advertiser.id, budget, cost, self._clock.now())

    def cost(self, advertiser: Advertiser, sms: Sms, country: str) -> Money | None:
        """What an SMS takes from its advertiser's budget; None where no budget holds for it, or no price is known."""
        return self.price(sms, country) if _budgeted(advertiser, sms) else None

    def price(self, sms: Sms, country: str) -> Money | None:
        """What an SMS costs with the provider that is asked first; None where no price is known."""
        return self._price(self._providers[0], country, sms.parts)

    def _spend(self, advertiser: Advertiser, sms: Sms, country: str, now: int) -> HoldReason | None:
        budget = _budgeted(advertiser, sms)
        if budget is None:
            return None
        return self._budget.spend(advertiser.id, budget, self.price(sms, country), now)


def _budgeted(advertiser: Advertiser, sms: Sms) -> Money | None:
    """The budget of a day that an SMS falls under: a code or an answer that somebody waits for falls under none."""
    safeguards = advertiser.safeguards
    if safeguards.budget_micro is None or sms.message_class == "authorisation" or sms.is_answer:
        return None
    return Money(safeguards.budget_micro, safeguards.currency)
