"""`POST /v1/…/consents`: what a person said elsewhere (checkout, loyalty, tablet, paper), recorded with its proof."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.errors import NotFound
from chalicelib.web.admin_requests import answer, authorise, read_body, speaks_for_site
from chalicelib.web.described import described, holding
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_RECORDED = holding(outcome={"const": "recorded"})


@routes.route("/v1/advertisers/{advertiser}/consents", methods=["POST"])
@described(body="web.admin_consent_models:NewConsent", answer=_RECORDED, status=201)
@view
def record_consent(advertiser: str) -> Response:
    """Record a consent or a withdrawal, by an admin key."""
    authorise(routes, advertiser)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    return _record(advertiser)


@routes.route("/v1/sites/{site}/consents", methods=["POST"])
@described(body="web.admin_consent_models:NewConsent", answer=_RECORDED, status=201, site_secret=True)
@view
def record_site_consent(site: str) -> Response:
    """Record a consent or a withdrawal by a site's back end, with the site's secret or a key that reaches the site."""
    return _record(speaks_for_site(routes, site).advertiser)


def _record(advertiser: str) -> Response:
    from chalicelib.web.admin_consent_models import NewConsent, arrival

    body = read_body(routes, NewConsent)
    body.wording_hash = services().wordings.hash_of(advertiser, body.wording, body.wording_hash)
    coming = arrival(body, services().clock.now())
    services().intake.take(advertiser, coming)
    # The same for who is on the opposition list: that is the person's affair.
    return answer({"outcome": "recorded"}, 201)
