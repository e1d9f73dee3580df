"""Follows clicks: each is kept with its class, counted once for its id, and may tie the browser that it brought."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.audience.ties import Ties
from chalicelib.clock import Clock
from chalicelib.links.classify import RULES, Circumstances, classify
from chalicelib.links.conversions import Conversions
from chalicelib.links.destination import Landing, destination
from chalicelib.links.devices import device
from chalicelib.links.landing import landing_utm
from chalicelib.storage import cohorts
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.click_records import Record, Verdict
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.cohorts import Cohort
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.counters import Counters
from chalicelib.storage.links import Click, Link
from chalicelib.storage.messages import Messages
from chalicelib.storage.visitors import Visitors


class Clicks:
    """What happens to a click after the person has landed."""

    def __init__(
        self,
        clicks: ClickLog,
        ties: Ties,
        visitors: Visitors,
        contacts: Contacts,
        advertisers: Advertisers,
        counters: Counters,
        messages: Messages,
        conversions: Conversions,
        clock: Clock,
    ) -> None:
        self._clicks = clicks
        self._ties = ties
        self._visitors = visitors
        self._contacts = contacts
        self._advertisers = advertisers
        self._counters = counters
        self._messages = messages
        self._conversions = conversions
        self._clock = clock

    def follow(self, link: Link, click: Click, before: Click | None = None) -> None:
        """Log a click, and tie its browser if that has shown itself first. `before` is the link's click before it."""
        message = self._messages.get(link.message) if link.message else None
        record = _record(link, click, before, cohorts.of_message(message) if message else None)
        self._clicks.add(record)
        if record.verdict.click_class == "person" and link.person:
            # The person's own act, unlike a receipt or a machine's look: retention counts from it.
            self._contacts.acted(link.base, link.person, click.at)
        logged = self._clicks.get(click.id)
        if logged is None:
            return
        # Purchases that were told before the click was in the log.
        self._conversions.reconsider(logged, link)
        if logged.visitor is None:
            return
        site_id, _, visitor_id = logged.visitor.partition("#")
        site = self._advertisers.site(site_id)
        if site:
            now = self._clock.now()
            visitor = self._visitors.get(site_id, visitor_id)
            tied = self._ties.by_click(visitor, logged, site, now)
            if tied.refusals != visitor.refusals and self._visitors.save(tied, now):
                for reason in tied.refusals.keys() - visitor.refusals.keys():
                    self._counters.add(site_id, click.id, now, f"click_refused.{reason}")


def _record(link: Link, click: Click, before: Click | None, cohort: Cohort | None) -> Record:
    sent = not link.standalone
    other = before is not None and (before.network, before.agent) != (click.network, click.agent)
    around = Circumstances(
        since_sent=click.at - link.sent_at if sent else None,
        since_other=abs(click.at - before.at) if sent and before and other else None,
    )
    return Record(
        link=link.code,
        advertiser=link.advertiser,
        message=link.message,
        click=click,
        verdict=verdict(click, around),
        device=device(click.agent),
        since_sent=around.since_sent,
        since_other=around.since_other,
        contact=contact_of(link),
        utm=_utm(link, click),
        cohort=cohort,
    )


def _utm(link: Link, click: Click) -> Mapping[str, str]:
    landing = destination(link, click)
    return landing_utm(landing.target if isinstance(landing, Landing) else link.target, link.utm)


def contact_of(link: Link) -> str:
    """`<base>#<person>`; empty for a link that is nobody's."""
    return f"{link.base}#{link.person}" if link.person else ""


def verdict(click: Click, around: Circumstances) -> Verdict:
    """What today's rules make of a click."""
    click_class, reasons = classify(click, around)
    return Verdict(click_class, tuple(reasons), RULES)
