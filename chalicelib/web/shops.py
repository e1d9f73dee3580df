"""Shop platforms: `/hooks/shops/{source}` takes their webhooks, and a route of the admin API registers them."""

from __future__ import annotations

import secrets

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.ids import new_id
from chalicelib.web.admin_requests import answer, authorise_site, read_body
from chalicelib.web.described import described
from chalicelib.web.views import FORM, JSON, raw_body, request_of, view
from chalicelib.web.wordings import text_hash
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/v1/sites/{site}/shops", methods=["POST"])
@described(body="web.shop_models:NewShop", answer="web.shop_models:ShopMade", status=201)
@view
def create_shop(site: str) -> Response:
    """Register a shop platform. A secret that is made here is shown this once."""
    from chalicelib.audience.leads import seal_secret
    from chalicelib.storage.shop_sources import ShopSource
    from chalicelib.web.shop_models import NewShop

    found = authorise_site(routes, site)
    body = read_body(routes, NewShop)
    if body.kind == "shopify" and body.secret is None:
        raise InvalidInput([FieldError("secret", "required", "Shopify shows it beside its webhooks")])
    secret = body.secret or f"rl_{secrets.token_urlsafe(32)}"
    source_id = new_id("shop", services().clock.now())
    source = ShopSource(
        id=source_id,
        advertiser=found.advertiser,
        site=found.id,
        kind=body.kind,
        secret=seal_secret(services().vault, source_id, secret),
        country=body.country,
        wording=body.wording,
        wording_hash=text_hash(found.advertiser, body.wording, body.text) if body.wording else None,
        completed=body.completed,
    )
    services().shop_sources.save(source)
    told = {"source": source_id, "kind": source.kind, "url": f"{services().settings.origin}/hooks/shops/{source_id}"}
    return answer(told | ({} if body.secret else {"secret": secret}), 201)


@routes.route("/hooks/shops/{source}", methods=["POST"], content_types=[JSON, FORM])
@view
def shop_webhook(source: str) -> Response:
    """One webhook of a shop platform, signed. What nobody here needs is answered with success, and counted."""
    headers = {name.lower(): str(value) for name, value in request_of(routes).headers.items()}
    outcome = services().shop_desk.webhook(source, raw_body(routes), headers)
    return answer({"outcome": outcome})
