"""`/v1/…/consents`: what people have said; and what one said elsewhere (checkout, tablet, paper), with its proof.

One person's ledger, entry by entry, is `…/people/{person}/consents`.
"""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.errors import NotFound
from chalicelib.web.admin_requests import answer, authorise, reached, read_body, speaks_for_site
from chalicelib.web.described import PAGED, described, holding, listed, one_of, text
from chalicelib.web.listing import (
    BETWEEN,
    PURPOSES,
    ROSTER_PLACE,
    YES_NO,
    moment_asked,
    page_asked,
    page_of,
    word_asked,
)
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_USUAL = "sms_marketing"
_FILTERS = {
    "purpose": one_of("For what", *PURPOSES, usual=_USUAL),
    "given": one_of("Whether it was given, or withdrawn", *YES_NO),
    "source": text("Where it was said: `checkout`, `widget`, `import`, …"),
    "wording": text("The version of the text that was agreed to"),
    **BETWEEN,
}
_RECORDED = holding(outcome={"const": "recorded"})


@routes.route("/v1/advertisers/{advertiser}/consents", methods=["GET"])
@described(answer=listed("consents", "web.admin_consent_models:ConsentListed"), query={**_FILTERS, **PAGED})
@view
def list_consents(advertiser: str) -> Response:
    """What a base's contacts have said last for a purpose, in no order that means anything.

    `…/people/{person}/consents` is one contact's ledger, entry by entry, with its proofs.
    """
    from chalicelib.web.admin_consent_models import ConsentsAsked, consent_listed

    reached(routes, advertiser)
    after, limit = page_asked(routes, ROSTER_PLACE)
    purpose = word_asked(routes, "purpose", PURPOSES) or _USUAL
    asked = ConsentsAsked(
        purpose=next(one for one in PURPOSES if one == purpose),
        given=YES_NO.get(word_asked(routes, "given", YES_NO) or ""),
        source=word_asked(routes, "source"),
        wording=word_asked(routes, "wording"),
        since=moment_asked(routes, "since"),
        until=moment_asked(routes, "until"),
    )
    found, following = services().contact_list.contacts(advertiser, after, limit, asked.means)
    return page_of("consents", [consent_listed(contact, asked.purpose) for contact in found], following)


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
