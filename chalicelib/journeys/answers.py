"""What a playbook asks when it is switched on, and what an answer sets beside the journey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.clock import DAY, HOUR, MINUTE, Clock
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.journeys.book import CART, JourneyBook
from chalicelib.journeys.closing import CLOSINGS, closing_at, late_carts
from chalicelib.journeys.playbooks import Playbook
from chalicelib.messaging.own_hours import check_own
from chalicelib.messaging.profile import profile_for
from chalicelib.messaging.sender_book import DEFAULT_COUNTRY
from chalicelib.storage.advertisers import Advertiser, Advertisers
from chalicelib.storage.counters import Counters
from chalicelib.storage.promo_pools import PromoPools
from chalicelib.storage.surveys import Surveys

_LOOKED_AT = 30
_ZONE = "Europe/Paris"


class Answers:
    """Whoever does not answer yet is told what the choice would cost."""

    def __init__(
        self,
        advertisers: Advertisers,
        pools: PromoPools,
        surveys: Surveys,
        counters: Counters,
        book: JourneyBook,
        clock: Clock,
    ) -> None:
        self._advertisers = advertisers
        self._surveys = surveys
        self._pools = pools
        self._counters = counters
        self._book = book
        self._clock = clock

    def check(self, advertiser: Advertiser, playbook: Playbook, answers: Mapping[str, Any]) -> None:
        """Raises InvalidInput, with what each choice would have cost in the last thirty days."""
        if errors := list(self._wrong(advertiser, playbook, answers)):
            raise InvalidInput(errors)

    def choices(self, advertiser: Advertiser, playbook: Playbook) -> dict[str, Any]:
        """What its questions can be answered with, where that has to be looked up."""
        if "closing_hour" not in playbook.asks:
            return {}
        carts, late = self._late(advertiser, playbook)
        return {"closing_hour": {"days": _LOOKED_AT, "carts": carts, "too_late": late}}

    def apply(self, advertiser: Advertiser, answers: Mapping[str, Any]) -> None:
        """Have the answers hold that are not the journey's: the closing hour is of all the advertiser's marketing."""
        if closing := answers.get("closing_hour"):
            hours = closing_at(advertiser.hours, closing)
            check_own(hours, profile_for(DEFAULT_COUNTRY))
            self._advertisers.save(replace(advertiser, hours=hours))

    def _wrong(self, advertiser: Advertiser, playbook: Playbook, answers: Mapping[str, Any]) -> Iterator[FieldError]:
        if "closing_hour" in playbook.asks and answers.get("closing_hour") not in CLOSINGS:
            yield FieldError("answers.closing_hour", "one_of", self._what_a_closing_costs(advertiser, playbook))
        if "promo_pool" in playbook.asks:
            pool = self._pools.get(advertiser.id, str(answers.get("promo_pool")))
            if pool is None or pool.closed or pool.benefit.kind != "share":
                rule = (
                    "the id of an open pool of the advertiser's whose codes take a share off, such as 10 % for 24 hours"
                )
                yield FieldError("answers.promo_pool", "open_pool", rule)

        if "survey" in answers:
            survey = self._surveys.get(advertiser.id, str(answers["survey"]))
            if survey is None or survey.is_closed(self._clock.now()):
                yield FieldError(
                    "answers.survey", "open_survey", "the id of a survey of the advertiser's that is not over"
                )

    def _what_a_closing_costs(self, advertiser: Advertiser, playbook: Playbook) -> str:
        carts, late = self._late(advertiser, playbook)
        told = ", ".join(f"{number} after {closing} h" for closing, number in late.items())
        return f"20 or 22: of {carts} carts of the last {_LOOKED_AT} days these would come too late: {told}"

    def _late(self, advertiser: Advertiser, playbook: Playbook) -> tuple[int, dict[int, int]]:
        """How many carts were left, and how many of them each closing hour would be too early for."""
        begun, zone = self._begun(advertiser, playbook), advertiser.agent.zone if advertiser.agent else _ZONE
        delay = round(playbook.journey.steps[0].wait.minutes * MINUTE)
        return sum(begun.values()), {closing: late_carts(begun, delay, closing, zone) for closing in CLOSINGS}

    def _begun(self, advertiser: Advertiser, playbook: Playbook) -> dict[int, int]:
        """How many carts were left in each hour."""
        live = (known.id for known in self._book.live(advertiser) if known.document.kind == "cart")
        names = {f"journey.{journey}.begun" for journey in {CART, playbook.id, *live}}
        now = self._clock.now()
        hours = self._counters.by_hour(advertiser.id, now - now % HOUR - _LOOKED_AT * DAY, now)
        begun = {hour: sum(counts.get(name, 0) for name in names) for hour, counts in hours.items()}
        return {hour: number for hour, number in begun.items() if number}
