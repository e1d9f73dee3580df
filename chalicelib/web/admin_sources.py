"""What sends leads and orders, once it is registered: listed, given another secret, taken away.

Registering is in web/leads.py and web/shops.py, beside what takes their webhooks.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR
from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.web.admin_requests import answer, authorise, authorise_site, reached, read_body
from chalicelib.web.described import PAGED, described, done, listed
from chalicelib.web.listing import page_of, page_of_list
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.lead_sources import LeadSource
    from chalicelib.storage.shop_sources import ShopSource

routes = Blueprint(__name__)
_LEADS = "/v1/advertisers/{advertiser}/lead-sources"
_SHOPS = "/v1/sites/{site}/shops"
_ROTATED = "web.lead_models:SourceRotated"


@routes.route(_LEADS, methods=["GET"])
@described(answer=listed("sources", "web.lead_models:LeadSourceTold"), query=PAGED)
@view
def list_lead_sources(advertiser: str) -> Response:
    """Tools that send an advertiser's leads, without their secrets."""
    from chalicelib.storage.lead_sources import from_item
    from chalicelib.web.lead_models import lead_source_answer

    reached(routes, advertiser)
    items, following = page_of_list(routes, "lead_sources", advertiser)
    origin = services().settings.origin
    return page_of("sources", [lead_source_answer(from_item(item), origin) for item in items], following)


@routes.route(f"{_LEADS}/{{source}}", methods=["GET"])
@described(answer="web.lead_models:LeadSourceTold")
@view
def get_lead_source(advertiser: str, source: str) -> Response:
    """A tool that sends leads, without its secrets."""
    from chalicelib.web.lead_models import lead_source_answer

    return answer(lead_source_answer(_lead_source(advertiser, source), services().settings.origin))


@routes.route(f"{_LEADS}/{{source}}/rotate", methods=["POST"])
@described(body="web.key_models:Rotation", answer=_ROTATED)
@view
def rotate_lead_source(advertiser: str, source: str) -> Response:
    """Give a tool another secret, shown this once; the one before is taken for a while. Facebook: another token."""
    from chalicelib.audience.leads import seal_secret
    from chalicelib.web.key_models import Rotation

    found = _lead_source(advertiser, source)
    until = services().clock.now() + read_body(routes, Rotation).overlap_hours * HOUR
    secret = f"rl_{secrets.token_urlsafe(32)}"
    sealed = seal_secret(services().vault, found.id, secret)
    if found.kind == "facebook":  # Its notifications are signed with the app's own secret, which Meta keeps.
        services().lead_sources.save(replace(found, verify_token=sealed))
        return answer({"source": found.id, "verify_token": secret})
    services().lead_sources.save(replace(found, secret=sealed, former_secret=found.secret, former_until=until))
    return answer({"source": found.id, "secret": secret, "former_until": until})


@routes.route(f"{_LEADS}/{{source}}", methods=["DELETE"])
@described(answer=done("removed", "source"))
@view
def remove_lead_source(advertiser: str, source: str) -> Response:
    """Take a tool away: no lead that it sends is taken any more."""
    services().lead_sources.remove(_lead_source(advertiser, source).id)
    return answer({"source": source, "removed": True})


@routes.route(_SHOPS, methods=["GET"])
@described(answer=listed("shops", "web.shop_models:ShopTold"), query=PAGED)
@view
def list_shops(site: str) -> Response:
    """Shop platforms that tell of a site's orders, without their secrets."""
    from chalicelib.storage.shop_sources import from_item
    from chalicelib.web.shop_models import shop_answer

    found = authorise_site(routes, site)
    items, following = page_of_list(routes, "shops", found.id)
    origin = services().settings.origin
    return page_of("shops", [shop_answer(from_item(item), origin) for item in items], following)


@routes.route(f"{_SHOPS}/{{source}}", methods=["GET"])
@described(answer="web.shop_models:ShopTold")
@view
def get_shop(site: str, source: str) -> Response:
    """A shop platform that tells of a site's orders, without its secret."""
    from chalicelib.web.shop_models import shop_answer

    return answer(shop_answer(_shop(site, source), services().settings.origin))


@routes.route(f"{_SHOPS}/{{source}}/rotate", methods=["POST"])
@described(body="web.shop_models:ShopRotation", answer=_ROTATED)
@view
def rotate_shop(site: str, source: str) -> Response:
    """Give a shop platform another secret; the one before is taken for a while. Shopify shows its own: tell it."""
    from chalicelib.audience.leads import seal_secret
    from chalicelib.web.shop_models import ShopRotation

    found = _shop(site, source)
    body = read_body(routes, ShopRotation)
    if found.kind == "shopify" and body.secret is None:
        raise InvalidInput([FieldError("secret", "required", "Shopify shows it beside its webhooks")])
    until = services().clock.now() + body.overlap_hours * HOUR
    secret = body.secret or f"rl_{secrets.token_urlsafe(32)}"
    sealed = seal_secret(services().vault, found.id, secret)
    services().shop_sources.save(replace(found, secret=sealed, former_secret=found.secret, former_until=until))
    told = {"source": found.id, "former_until": until}
    return answer(told if body.secret else told | {"secret": secret})


@routes.route(f"{_SHOPS}/{{source}}", methods=["DELETE"])
@described(answer=done("removed", "source"))
@view
def remove_shop(site: str, source: str) -> Response:
    """Take a shop platform away: nothing that it tells is taken any more."""
    services().shop_sources.remove(_shop(site, source).id)
    return answer({"source": source, "removed": True})


def _lead_source(advertiser: str, source: str) -> LeadSource:
    authorise(routes, advertiser)
    found = services().lead_sources.get(source)
    if found is None or found.advertiser != advertiser:
        raise NotFound("lead source")
    return found


def _shop(site: str, source: str) -> ShopSource:
    found, owner = services().shop_sources.get(source), authorise_site(routes, site)
    if found is None or found.site != owner.id:
        raise NotFound("shop source")
    return found
