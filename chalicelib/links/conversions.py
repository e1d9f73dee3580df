"""Follows purchases and refunds to the clicks that led to them (docs/conversions.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.ids import derived_id
from chalicelib.links.attribution import Figures, NotAttributed, Told, attribute, difference, figures, merged, stands
from chalicelib.storage import cohorts, messages
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.clicks import ClickLog, LoggedClick
from chalicelib.storage.conversions import Attribution, Conversion, ConversionLog
from chalicelib.storage.counters import moved
from chalicelib.storage.daybook import RECORDS
from chalicelib.storage.events import Event
from chalicelib.storage.links import Link, Links
from chalicelib.storage.messages import Messages
from chalicelib.storage.table import Write
from chalicelib.storage.visitors import Tie
from chalicelib.storage.writes import Noted
from chalicelib.vault import Vault, identifier_digest

_ROUNDS = 8
FOLLOWED = frozenset({"purchase", "refund"})


class Conversions:
    """Puts purchases down to clicks, again and again until nothing changes: whatever is told may be told twice."""

    def __init__(
        self,
        conversions: ConversionLog,
        clicks: ClickLog,
        links: Links,
        messages: Messages,
        advertisers: Advertisers,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._conversions = conversions
        self._clicks = clicks
        self._links = links
        self._messages = messages
        self._advertisers = advertisers
        self._vault = vault
        self._clock = clock

    def follow(self, event: Event, advertiser: str, tie: Tie | None, doubt: str | None) -> str | None:
        """Take a purchase or a refund; a reason where it is none that could be counted once.

        `tie` is to whom it is held to be, `doubt` why it is held to be nobody's who was named.
        """
        transaction = event.params.get("transaction_id")
        if transaction is None:
            return "no_transaction_id"
        told = Told(event)
        if event.denied:
            told = replace(told, doubt="no_consent")
        elif event.name == "purchase":
            named = {event.click, event.last_click, *self._clicks.shown_by(event.site, event.visitor)}
            contact = f"{tie.base}#{tie.person}" if tie else None
            by_click = tie is not None and tie.evidence == "click"
            told = Told(event, {click for click in named if click}, contact, doubt, by_click)
        blank = Conversion(event.site, transaction, advertiser)
        self._settle(blank, lambda known: merged(known, told))
        return None

    def reconsider(self, click: LoggedClick, link: Link) -> None:
        """Put purchases down anew that a click may have led to, and that were told before it was in the log."""
        waiting = [Conversion(site, transaction, click.advertiser) for site, transaction in click.purchases]
        if link.person and click.click_class == "person":
            waiting += self._conversions.of_contact(link.base, link.person, since=click.at)
        for conversion in waiting:
            self._settle(conversion, lambda known: known)

    def decide_again(self, conversion: Conversion) -> bool:
        """Put a purchase down anew, its clicks being of other classes now; whether that changed it."""
        return self._settle(conversion, lambda known: known)

    def _settle(self, blank: Conversion, change: Callable[[Conversion], Conversion]) -> bool:
        """Change a conversion and what it is put down to; whether anything was to be changed.

        Looked at once more after each write: a click that came into the log meanwhile has not seen it.
        """
        for attempt in range(_ROUNDS):
            before = self._conversions.get(blank.site, blank.transaction) or replace(blank, version=0)
            after = self._decided(change(before))
            if after == before:
                return attempt > 0
            now = self._clock.now()
            thing = f"{after.site}#{after.transaction}"
            order = order_names(self._vault, after.site, after.transaction)[0]
            message = after.attribution.message if after.attribution else ""
            led_to, led = self._led_to(stands(before), stands(after))
            counted = difference(figures(before), {**figures(after), **led})
            counts: list[Write] = [
                moved(scope, thing, hour, by, owner=after.advertiser, record=order, message=message)
                for (scope, hour), by in counted.items()
            ]
            noted = Noted(after.advertiser, RECORDS, now, {"conversion.told": 1}, record=order, message=message)
            self._conversions.change(before, after, [*counts, *led_to], now, noted)
        raise StorageUnavailable("the conversion kept changing")

    def _led_to(self, before: str | None, after: str | None) -> tuple[list[Write], Figures]:
        """The writes of how many orders stand for the messages that a purchase is put down to, and what they count.

        A message has led to a purchase, however many came of it, until the last of them is given back.
        """
        writes: list[Write] = []
        led: dict[tuple[str, str, int], int] = {}
        for message_id, by in ((before, -1), (after, 1)) if before != after else ():
            message = self._messages.get(message_id) if message_id else None
            if message is None:
                continue
            now = message.purchases + by
            writes.append(messages.bought(message, now))
            if crossed := (now > 0) - (message.purchases > 0):
                for place, number in cohorts.of_message(message).names({"converted": crossed}).items():
                    led[place] = led.get(place, 0) + number
        return writes, led

    def _decided(self, conversion: Conversion) -> Conversion:
        purchase, advertiser = conversion.purchase, self._advertisers.get(conversion.advertiser)
        if purchase is None or advertiser is None or conversion.erased:
            return conversion
        now = self._clock.now()
        clicks = [
            self._clicks.purchase_named(c, conversion.site, conversion.transaction, now) for c in conversion.clicks
        ]
        for contact in conversion.contacts:
            base, _, person = contact.partition("#")
            clicks += self._clicks.of_contact(base, person, purchase.at)
        chosen = attribute(purchase.at, clicks, advertiser.id, advertiser.attribution_ms, conversion.doubts)
        if isinstance(chosen, NotAttributed):
            return replace(conversion, attribution=None, reason=chosen.reason)
        known = conversion.attribution
        if known and known.click == chosen.id:
            return conversion
        attribution = self._attribution(chosen)
        return replace(conversion, attribution=attribution, reason=None if attribution else "erased")

    def _attribution(self, click: LoggedClick) -> Attribution | None:
        """What a click stands for; None where its link's person was erased."""
        link = self._links.get(click.link or "")
        if link is None or not (link.person or link.standalone):
            return None
        message = self._messages.get(link.message) if link.message else None
        return Attribution(
            click=click.id,
            clicked_at=click.at,
            link=link.code,
            message=link.message,
            journey=message.journey if message else "",
            contact=f"{link.base}#{link.person}" if link.person else "",
            utm=dict(click.utm),
            series=cohorts.of_message(message).labels if message else (),
            made_at=message.created_at if message else 0,
        )


def order_names(vault: Vault, site: str, transaction: str) -> list[str]:
    """What a purchase is called outside of its own record: a shop's number for it may say who bought.

    Under the identifiers' keys, which is all that whoever follows events may read; the current one's name first.
    """
    hashed = identifier_digest(f"order|{site}|{transaction}")
    return [derived_id("ord", keyed.rpartition(".")[2]) for keyed in vault.identifiers(hashed)]
