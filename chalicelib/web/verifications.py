"""`/v1/verifications`: one-time codes for a shop's own sign-in or account (mission.md, M1: authorisation)."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.web.admin_requests import answer, read_body, scope_of, speaker
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/v1/verifications", methods=["POST"])
@described(
    body="web.verification_models:NewVerification",
    answer="web.verification_models:VerificationStarted",
    status=201,
)
@view
def start_verification() -> Response:
    """Send a one-time code to a phone, whatever the hour: its holder asked for it."""
    from chalicelib.audience.phones import parse_mobile
    from chalicelib.web.gateway import network
    from chalicelib.web.verification_models import NewVerification

    scope = scope_of(routes)
    body = read_body(routes, NewVerification)
    advertiser = speaker(scope, body.advertiser)
    phone = parse_mobile(body.phone, body.country)
    if isinstance(phone, FieldError):
        raise InvalidInput([phone])
    started = services().verifications.start(
        phone,
        "back_end",
        asker=advertiser.id,
        network=network(body.ip) if body.ip else None,
        language=body.language,
        brand=advertiser.brand,
        sender=advertiser.sender,
    )
    return answer({"verification": started.id, "expires_at": started.expires_at}, 201)


@routes.route("/v1/verifications/{verification}/check", methods=["POST"])
@described(body="web.verification_models:CheckVerification", answer="web.verification_models:VerificationChecked")
@view
def check_verification(verification: str) -> Response:
    """Check what a person typed: `right` once; `wrong`; `expired` after ten minutes; `exhausted`."""
    from chalicelib.web.verification_models import CheckVerification

    scope = scope_of(routes)
    body = read_body(routes, CheckVerification)
    asker = speaker(scope, body.advertiser).id
    return answer({"outcome": services().verifications.check(verification, "".join(body.code.split()), asker=asker)})
