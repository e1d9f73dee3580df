"""`/v1/advertisers/{advertiser}/contacts`: who is in the base, and one more."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.web.admin_requests import answer, reached, read_body
from chalicelib.web.described import PAGED, TEXT, described, holding, listed, one_of
from chalicelib.web.listing import PURPOSES, ROSTER_PLACE, YES_NO, page_asked, page_of, word_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_FILTERS = {
    "consented": one_of("Who has agreed to this, and not withdrawn it", *PURPOSES),
    "opposed": one_of("Who has said no to the advertiser, or to everyone", *YES_NO),
}
_TAKEN = holding(person=TEXT, outcome={"const": "recorded"})


@routes.route("/v1/advertisers/{advertiser}/contacts", methods=["GET"])
@described(answer=listed("contacts", "web.contact_models:ContactTold"), query={**_FILTERS, **PAGED})
@view
def list_contacts(advertiser: str) -> Response:
    """A base's contacts under its own names for them, in no order that means anything."""
    from chalicelib.web.contact_models import contact_answer

    reached(routes, advertiser)
    after, limit = page_asked(routes, ROSTER_PLACE)
    asked = word_asked(routes, "consented", PURPOSES)
    consented = next((purpose for purpose in PURPOSES if purpose == asked), None)
    opposed = YES_NO.get(word_asked(routes, "opposed", YES_NO) or "")
    found, following = services().contact_list.page(advertiser, after, limit, consented=consented, opposed=opposed)
    return page_of("contacts", [contact_answer(one) for one in found], following)


@routes.route("/v1/advertisers/{advertiser}/contacts", methods=["POST"])
@described(body="web.admin_consent_models:NewConsent", answer=_TAKEN, status=201)
@view
def save_contact(advertiser: str) -> Response:
    """Take one person into the base, or what is new of one, with what the person agreed to and its proof.

    The answer is the same for who is on the opposition list, and stays out: that is the person's affair.
    """
    from chalicelib.web.admin_consent_models import NewConsent, arrival

    reached(routes, advertiser)
    body = read_body(routes, NewConsent)
    body.wording_hash = services().wordings.hash_of(advertiser, body.wording, body.wording_hash)
    coming = arrival(body, services().clock.now())
    services().intake.take(advertiser, coming)
    return answer({"person": services().vault.person(coming.profile.phone), "outcome": "recorded"}, 201)
