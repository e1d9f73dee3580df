"""`/v1/…`: the admin API. A key reaches one advertiser, or with the operator's scope all of them."""

from __future__ import annotations

import secrets
from dataclasses import replace

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR
from chalicelib.errors import NotFound
from chalicelib.ids import new_id
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import answer, authorise, authorise_site, hours_asked, read_body, scope_of
from chalicelib.web.described import HOURS, described, each, holding
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_ADVERTISER = "web.admin_models:AdvertiserTold"
_CAPS = holding(caps=each("web.cap_models:CapTold"))
_COUNTS = "reports.counted_shapes:Counted"


@routes.route("/v1/advertisers", methods=["POST"])
@described(body="web.admin_models:NewAdvertiser", answer=_ADVERTISER, status=201, operator=True)
@view
def create_advertiser() -> Response:
    """Create an advertiser; for the operator."""
    from chalicelib.web.admin_models import NewAdvertiser, advertiser_answer, new_advertiser

    authorise(routes, OPERATOR)
    advertiser = new_advertiser(
        read_body(routes, NewAdvertiser), new_id("adv", services().clock.now()), services().vault
    )
    services().sender_book.register_default(advertiser, verified=True)
    services().advertisers.save(advertiser)
    return answer(advertiser_answer(advertiser, services().vault), 201)


@routes.route("/v1/advertisers/{advertiser}", methods=["GET"])
@described(answer=_ADVERTISER)
@view
def get_advertiser(advertiser: str) -> Response:
    """An advertiser's settings."""
    from chalicelib.web.admin_models import advertiser_answer

    authorise(routes, advertiser)
    found = services().advertisers.get(advertiser)
    if found is None:
        raise NotFound("advertiser")
    return answer(advertiser_answer(found, services().vault))


@routes.route("/v1/advertisers/{advertiser}", methods=["PUT"])
@described(body="web.admin_models:NewAdvertiser", answer=_ADVERTISER)
@view
def replace_advertiser(advertiser: str) -> Response:
    """Replace an advertiser's settings: they hold everywhere within ten seconds.

    A sender that the advertiser changes itself waits for the operator; one that the operator sets is verified.
    """
    from chalicelib.web.admin_models import NewAdvertiser, advertiser_answer, new_advertiser

    scope = authorise(routes, advertiser)
    before = services().advertisers.get(advertiser)
    if before is None:
        raise NotFound("advertiser")
    replaced = new_advertiser(read_body(routes, NewAdvertiser), advertiser, services().vault)
    if replaced.sender != before.sender or scope == OPERATOR:
        services().sender_book.register_default(replaced, verified=scope == OPERATOR)
    services().advertisers.save(replace(replaced, limits_chosen=before.limits_chosen))
    return answer(advertiser_answer(replaced, services().vault))


@routes.route("/v1/caps", methods=["GET"])
@described(answer=_CAPS, operator=True)
@view
def operator_caps() -> Response:
    """The caps that hold for every advertiser; for the operator."""
    from chalicelib.web.cap_models import caps_answer

    authorise(routes, OPERATOR)
    return answer({"caps": caps_answer(services().operator_caps.get())})


@routes.route("/v1/caps", methods=["PUT"])
@described(body="web.cap_models:OperatorCaps", answer=_CAPS, operator=True)
@view
def replace_operator_caps() -> Response:
    """Replace the caps that hold for every advertiser; for the operator. They hold everywhere within ten seconds."""
    from chalicelib.web.cap_models import OperatorCaps, caps_answer, rules

    authorise(routes, OPERATOR)
    caps = rules(read_body(routes, OperatorCaps).caps)
    services().operator_caps.save(caps)
    return answer({"caps": caps_answer(caps)})


@routes.route("/v1/advertisers/{advertiser}/sites", methods=["POST"])
@described(body="web.site_models:NewSite", answer="web.site_models:SiteMade", status=201)
@view
def create_site(advertiser: str) -> Response:
    """Register a site. Its secret, for the site's back end, is shown this once."""
    from chalicelib.links.targets import check_origins, rules_for
    from chalicelib.storage.advertisers import Site, digest
    from chalicelib.web.site_models import NewSite, site_answer

    authorise(routes, advertiser)
    body = read_body(routes, NewSite)
    check_origins(body.origins, rules_for(services().settings.origin))
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    secret = f"rs_{secrets.token_urlsafe(24)}"
    site_id = new_id("site", services().clock.now())
    origins = tuple(dict.fromkeys(body.origins))
    site = Site(
        id=site_id,
        advertiser=advertiser,
        name=body.name,
        origins=origins,
        secret_hash=digest(secret),
        demand_strong=body.demand_strong,
        sensitive=tuple(dict.fromkeys(body.sensitive_categories or ())),
    )
    services().advertisers.save_site(site)
    return answer({**site_answer(site), "secret": secret}, 201)


@routes.route("/v1/advertisers/{advertiser}/counts", methods=["GET"])
@described(query=HOURS, answer=_COUNTS)
@view
def advertiser_counts(advertiser: str) -> Response:
    """Messages, clicks and oppositions of the last hours."""
    authorise(routes, advertiser)
    return _counts(advertiser)


@routes.route("/v1/sites/{site}/counts", methods=["GET"])
@described(query=HOURS, answer=_COUNTS)
@view
def site_counts(site: str) -> Response:
    """Events, matches and drops of the last hours."""
    authorise_site(routes, site)
    return _counts(site)


@routes.route("/v1/counts", methods=["GET"])
@described(query=HOURS, answer=_COUNTS, operator=True)
@view
def service_counts() -> Response:
    """What belongs to no known site, such as malformed pixels; for the operator."""
    from chalicelib.storage.counters import SERVICE

    authorise(routes, OPERATOR)
    return _counts(SERVICE)


@routes.route("/v1/sites/{site}/visitors/{visitor}", methods=["GET"])
@described(answer="reports.message_shapes:VisitTold")
@view
def get_visitor(site: str, visitor: str) -> Response:
    """What a visit led to: its events, its match or why there is none, and its message with the reason."""
    from chalicelib.reports.visits import visit

    authorise_site(routes, site)
    told = visit(
        services().events,
        services().visitors,
        services().enrolments,
        services().messages,
        services().conversion_log,
        site,
        visitor,
    )
    return answer(told)


@routes.route("/v1/messages/{message}", methods=["GET"])
@described(answer="reports.message_shapes:MessageTold")
@view
def get_message(message: str) -> Response:
    """Why a message was sent, or was not; and which purchases are put down to it."""
    from chalicelib.reports.conversions import purchases_of
    from chalicelib.reports.why import why

    scope = scope_of(routes)
    found = services().messages.get(message)
    if found is None or scope not in (OPERATOR, found.advertiser):
        raise NotFound("message")
    bought = services().conversion_log.of_contact(found.base, found.person) if found.person else ()
    return answer({**why(found), "purchases": purchases_of(found.id, bought)})


def _counts(scope: str) -> Response:
    now = services().clock.now()
    since = now - hours_asked(routes) * HOUR
    return answer({"since": since, "until": now, "counts": services().counters.read(scope, since, now)})
