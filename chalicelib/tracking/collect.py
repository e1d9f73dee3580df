"""From a request of a page, a pixel or a back end to durable events: check, key the identifiers, store, answer.

The pixel is stored on its own word and judged behind (journeys/trail.py): nobody reads its answer, and one call to
the table is all it may cost. `/e` answers somebody who reads, so it looks at the site first, which is cached.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import ValidationError

from chalicelib.clock import MINUTE, Clock
from chalicelib.errors import FieldError, Forbidden, InvalidInput, NotFound, StorageUnavailable, Unauthenticated
from chalicelib.ids import random_token
from chalicelib.logs import log_failure
from chalicelib.storage.advertisers import Advertisers, Site
from chalicelib.storage.counters import SERVICE, Counters
from chalicelib.storage.events import Event, Events, Via
from chalicelib.storage.site_watch import Seen, SiteWatch
from chalicelib.tracking.admission import Drop, admit, secret_matches
from chalicelib.tracking.events import SITE_ID, Envelope, Identifiers, IncomingEvent, browser_time
from chalicelib.tracking.names import OF_ORDERS, SERVER_ONLY
from chalicelib.tracking.orders import order_trail
from chalicelib.tracking.sensitive import comparable, discreet, says_nothing
from chalicelib.vault import Vault, identifier_digest


@dataclass(frozen=True, slots=True)
class Caller:
    """What the request's headers say of its sender."""

    origin: str | None
    """Of the page: from `Origin`, else from `Referer`."""
    bearer: str | None
    gpc: bool
    """Global Privacy Control: the browser refuses for its owner."""
    network: str | None = None
    """The service's own cookie, where its visitor agreed to it (tracking/network.py)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event of a batch."""

    index: int
    status: Literal["accepted", "dropped", "rejected", "retry"]
    reason: Drop | None = None
    errors: tuple[FieldError, ...] = ()


class Collector:
    """Accepts events. What it answers `accepted` to is in the table."""

    def __init__(
        self,
        events: Events,
        advertisers: Advertisers,
        counters: Counters,
        watch: SiteWatch,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._events = events
        self._advertisers = advertisers
        self._counters = counters
        self._watch = watch
        self._vault = vault
        self._clock = clock

    def pixel(self, query: Mapping[str, str], caller: Caller) -> Drop | None:
        """Accept one event from a pixel's query string; a reason where it is dropped.

        Raises StorageUnavailable where an event that should be kept could not be.
        """
        now = self._clock.now()
        try:
            envelope, incoming, visitor = _from_query(query, now)
        except ValueError:
            site = query.get("s", "")
            return self._dropped("malformed", site if SITE_ID.fullmatch(site) else SERVICE, now)
        if drop := _refusal(caller, envelope):
            return self._refused(drop, Seen(envelope.site, now, "pixel", incoming.event, caller.origin))
        event = _event(envelope, incoming, visitor, "pixel", caller.origin, now)
        if self._events.append([event]):
            raise StorageUnavailable("the event was not stored")
        return None

    def batch(self, body: Any, caller: Caller) -> list[Result]:
        """Accept the events of a parsed `POST /e` body, one result for each.

        Raises InvalidInput where the envelope is wrong, NotFound for an unknown site, Unauthenticated for a wrong
        secret, Forbidden for a page of another origin.
        """
        now = self._clock.now()
        envelope = _envelope(body)
        site = self._advertisers.site(envelope.site)
        return self._take(envelope, self._authenticate(site, caller, now), caller, now)

    def told_by_back_end(self, body: Any, *, again: bool = False) -> list[Result]:
        """The same for a caller who has shown that it may speak for the site. Raises InvalidInput.

        With `again`, the caller tells all that it knows each time: what is stored already stays as it was first told.
        """
        return self._take(_envelope(body), "server", Caller(None, None, gpc=False), self._clock.now(), again=again)

    def _take(self, envelope: Envelope, via: Via, caller: Caller, now: int, *, again: bool = False) -> list[Result]:
        if via == "browser" and (drop := _refusal(caller, envelope)):
            self._refused(drop, Seen(envelope.site, now, via, origin=caller.origin))
            return [Result(index, "dropped", drop) for index in range(len(envelope.events))]
        visitor, identifiers = self._who(envelope, via)
        site = self._advertisers.site(envelope.site)
        marked = {comparable(category) for category in site.sensitive} if site else set()
        network = self._vault.identifier(identifier_digest(f"network:{caller.network}")) if caller.network else None
        results: list[Result] = []
        accepted: dict[int, Event] = {}
        for index, raw in enumerate(envelope.events):
            checked = self._check(raw, via, now)
            if isinstance(checked, tuple):
                results.append(Result(index, "rejected", errors=checked))
                continue
            order = self._order(envelope.site, checked) if via == "server" else None
            # What happens to an order has the order's own trail, whatever names the buyer.
            trail = order if checked.event in OF_ORDERS and order and not envelope.visitor else visitor or order
            if trail is None:
                nobody = "give a visitor, at least one id under ids, or params.transaction_id"
                results.append(Result(index, "rejected", errors=(FieldError("visitor", "required", nobody),)))
                continue
            time = checked.time if via == "server" else browser_time(checked.time, now)
            event = _event(envelope, checked, trail, via, caller.origin, now, time=time, identifiers=identifiers)
            event = discreet(replace(event, network=network, order=order), marked)
            if says_nothing(event):
                results.append(Result(index, "dropped", self._dropped("sensitive_category", event.site, now)))
                continue
            if any((event.name, event.id) == (other.name, other.id) for other in accepted.values()):
                error = FieldError("id", "unique", "another event of this batch has this name and id")
                results.append(Result(index, "rejected", errors=(error,)))
                continue
            accepted[index] = event
            results.append(Result(index, "accepted"))
        new = self._events.unknown(list(accepted.values())) if again else list(accepted.values())
        lost = self._events.append(new)
        return [Result(r.index, "retry") if accepted.get(r.index) in lost else r for r in results] if lost else results

    def _authenticate(self, site: Site | None, caller: Caller, now: int) -> Via:
        if site is None:
            raise NotFound("site")
        if caller.bearer is not None:
            if not secret_matches(site, caller.bearer, self._clock.now()):
                raise Unauthenticated("the bearer token is not this site's secret")
            return "server"
        if drop := admit(site, "browser", caller.origin, server_only=False):
            self._refused(drop, Seen(site.id, now, "browser", origin=caller.origin))
            raise Forbidden("events of browsers come from an origin that is registered for the site")
        return "browser"

    def _who(self, envelope: Envelope, via: Via) -> tuple[str | None, dict[str, str]]:
        """The trail that events belong to, None for each order's own, and the keyed identifiers that came with them."""
        given = _digests(envelope.ids)
        identifiers = {kind: self._vault.identifier(digest) for kind, digest in given.items()}
        if envelope.visitor is not None:
            return envelope.visitor, identifiers
        if not identifiers and via == "server" and envelope.ids.click_id:
            return envelope.ids.click_id, identifiers  # The trail of whoever came by that click.
        if not identifiers and via == "server":
            return None, identifiers
        if not identifiers:
            raise InvalidInput([FieldError("visitor", "required", "give a visitor, or at least one id under ids")])
        # A back end may know the customer and not the browser: the trail is then the customer's own.
        return next(iter(identifiers.values()))[:40], identifiers

    def _order(self, site: str, incoming: IncomingEvent) -> str | None:
        transaction = incoming.params.transaction_id
        return order_trail(self._vault, site, transaction) if transaction else None

    def _check(self, raw: Any, via: Via, now: int) -> IncomingEvent | tuple[FieldError, ...]:
        try:
            incoming = IncomingEvent.model_validate(raw)
        except ValidationError as error:
            return tuple(field_errors(error))
        if incoming.lacking:
            return incoming.lacking
        if via != "server" and incoming.event in SERVER_ONLY:
            message = "this event is accepted from the site's back end only, with its secret as bearer token"
            return (FieldError("event", "server_only", message),)
        if via == "server" and incoming.time > now + 5 * MINUTE:
            return (FieldError("time", "not_in_future", "the event's time is more than 5 minutes ahead"),)
        return incoming

    def _refused(self, drop: Drop, seen: Seen) -> Drop:
        self._watch.note(replace(seen, drop=drop))
        return self._dropped(drop, seen.site, seen.at)

    def _dropped(self, drop: Drop, scope: str, now: int) -> Drop:
        try:
            self._counters.add(scope, random_token(), now, f"drop.{drop}")
        except StorageUnavailable as error:
            log_failure("drop_not_counted", error, reason=drop)
        return drop


def field_errors(error: ValidationError) -> list[FieldError]:
    """What pydantic found, as the project's own; without the input."""
    return [
        FieldError(_field(found["loc"]) or "body", found["type"], found["msg"])
        for found in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _field(place: tuple[int | str, ...]) -> str:
    """A field as its sender knows it: pydantic's place also names the checks that it went by."""
    return ".".join(str(part) for part in place if not str(part).startswith("function-"))


def _envelope(body: Any) -> Envelope:
    try:
        return Envelope.model_validate(body)
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from None


def _refusal(caller: Caller, envelope: Envelope) -> Drop | None:
    if caller.gpc:
        return "gpc"
    return None if envelope.consent == "grant" else "no_consent"


def _digests(ids: Identifiers) -> dict[str, str]:
    customer = identifier_digest(f"customer:{ids.customer_id}") if ids.customer_id else None
    given = {"phone": ids.phone_sha256, "email": ids.email_sha256, "customer": customer}
    return {kind: digest for kind, digest in given.items() if digest}


def _event(
    envelope: Envelope,
    incoming: IncomingEvent,
    visitor: str,
    via: Via,
    origin: str | None,
    now: int,
    *,
    time: int | None = None,
    identifiers: Mapping[str, str] | None = None,
) -> Event:
    return Event(
        site=envelope.site,
        visitor=visitor,
        name=incoming.event,
        id=incoming.id,
        time=time if time is not None else browser_time(incoming.time, now),
        received=now,
        via=via,
        origin=origin,
        identifiers=identifiers or {},
        # A back end tells which click it was about, not which browser is before whom.
        click=envelope.ids.click_id if via != "server" else None,
        last_click=envelope.ids.last_click_id or (envelope.ids.click_id if via == "server" else None),
        denied=envelope.consent == "deny",
        params=incoming.params.model_dump(exclude_none=True, exclude_defaults=True),
    )


def _from_query(query: Mapping[str, str], now: int) -> tuple[Envelope, IncomingEvent, str]:
    """Envelope, event and visitor of a pixel; ValueError (pydantic's is one) where anything is wrong."""
    envelope = Envelope.model_validate(
        {"site": query.get("s"), "visitor": query.get("v"), "consent": query.get("c"), "events": [None]}
    )
    if envelope.visitor is None:
        raise ValueError("a pixel without a visitor says nothing about anybody")
    incoming = IncomingEvent.model_validate(
        {
            "id": query.get("id") or random_token(),
            "event": query.get("e"),
            "time": query.get("t") or now,
            "params": _pixel_params(query.get("p")),
        }
    )
    return envelope, incoming, envelope.visitor


def _pixel_params(encoded: str | None) -> Any:
    """Params out of base64url JSON; ValueError where it is neither."""
    if not encoded:
        return {}
    try:
        return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except RecursionError as error:
        raise ValueError("params are nested too deep") from error
