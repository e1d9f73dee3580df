"""`/u/{code}`: the way out in each SMS. A GET asks, since previews fetch links; only a POST changes anything.

Whoever holds the link may narrow what the person gets: one tap, nothing to fill in. What shows or widens anything
needs a code to the phone first (web/recipient.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.errors import StorageUnavailable
from chalicelib.logs import log_failure
from chalicelib.storage.links import Link
from chalicelib.web.views import FORM, JSON, form, header, request_of, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.web.recipient import Visit

routes = Blueprint(__name__)
MULTIPART = "multipart/form-data"


@routes.route("/u/{code}", methods=["GET"])
@view
def ask(code: str) -> Response:
    """Ask what to stop."""
    return _page(_link(code), done=None)


@routes.route("/u/{code}", methods=["POST"], content_types=[FORM, MULTIPART, JSON])
@view
def unsubscribe(code: str) -> Response:
    """Do what the form asks for. A post that names nothing, such as RFC 8058's one click, unsubscribes."""
    link = _link(code)
    if link is None:
        return _page(None, done=None)
    try:
        return _act(link, form(routes))
    except StorageUnavailable as error:
        log_failure("not_unsubscribed", error, code=code)
        return Response(_render("try_again.html"), status_code=503, headers=_headers())


def _act(link: Link, given: dict[str, str]) -> Response:
    from chalicelib.messaging.wishes import FEWER, KINDS
    from chalicelib.storage.ledger import EVERYONE

    action = given.get("action", "stop")
    if action in ("stop", "stop_all"):
        _oppose(link, link.advertiser if action == "stop" else EVERYONE)
    elif action == "unmatch":
        _withdraw_matching(link)
    elif action == "fewer":
        _narrow(link, "wished.fewer", every_ms=FEWER.get(given.get("every", ""), FEWER["monthly"]))
    elif action == "kinds":
        unwanted = tuple(kind for kind in KINDS if given.get(kind) == "no")
        if not unwanted:
            return _page(link, done=None)
        _narrow(link, "wished.kinds", without=unwanted)
    else:
        from chalicelib.web import recipient

        return recipient.answer(link, given, _visit())
    return _page(link, done=action)


def _oppose(link: Link, scope: str) -> None:
    """Record the opposition: from here on no message to this person is claimed for it."""
    from chalicelib.storage.counters import SERVICE, count
    from chalicelib.storage.ledger import EVERYONE, Opposition

    if not link.person:
        return  # Erased: on the opposition list already, and nobody's link any more.
    now = services().clock.now()
    counted = [count(SERVICE if scope == EVERYONE else scope, link.message, now, "opposed.unsubscribe")]
    if scope == EVERYONE:
        # Whose SMS it was left by, for that advertiser's own rate.
        counted.append(count(link.advertiser, link.message, now, "opposed.unsubscribe_all"))
    services().ledgers.oppose(link.person, scope, Opposition(now, "unsubscribe"), *counted)


def _narrow(link: Link, name: str, *, every_ms: int = 0, without: tuple[str, ...] = ()) -> None:
    """Record what the person wants less of. Whoever holds the link may ask for less, never for more."""
    from chalicelib.storage.counters import count
    from chalicelib.storage.ledger import Wish

    if link.person:
        now = services().clock.now()
        counted = count(link.advertiser, link.message, now, name)
        services().ledgers.narrow(link.person, link.advertiser, Wish(now, every_ms, without), counted)


def _withdraw_matching(link: Link) -> None:
    """Withdraw the matching consent wherever this advertiser could match by it."""
    from chalicelib.audience.intake import Arrival
    from chalicelib.audience.profile import open_profile
    from chalicelib.audience.statements import Statement
    from chalicelib.web.recipient import contacts_of

    evidence = _visit().evidence(link)
    for contact in contacts_of(link):
        known = contact.consents.get("matching")
        if known and not known.given:
            continue  # Taps repeat: the first one stands.
        said = Statement({"matching": False}, services().clock.now(), "preferences", evidence=evidence)
        services().intake.take(contact.base, Arrival(open_profile(services().vault, contact), said))


def _link(code: str) -> Link | None:
    from chalicelib.links.names import CODE

    link = services().links.get(code) if CODE.fullmatch(code) else None
    return link if link and not link.standalone else None


def _visit() -> Visit:
    from chalicelib.web.recipient import Visit

    context = request_of(routes).context or {}
    return Visit(
        language=header(routes, "accept-language"),
        agent=header(routes, "user-agent")[:300],
        ip=str(context.get("identity", {}).get("sourceIp") or ""),
    )


def _page(link: Link | None, *, done: str | None) -> Response:
    advertiser = services().advertisers.get(link.advertiser) if link else None
    if advertiser is None:
        return Response(_render("unknown_link.html"), status_code=404, headers=_headers())
    return Response(_render("recipient.html", brand=advertiser.brand, done=done), headers=_headers())


def _render(template: str, **values: object) -> str:
    from chalicelib.web import pages

    return pages.render(template, header(routes, "accept-language"), **values)


def _headers() -> dict[str, str | list[str]]:
    from chalicelib.web import pages

    return {**pages.HEADERS}
