"""Leads from other tools: `/hooks/leads/{source}`, `/hooks/facebook/{source}`, and the route that registers them."""

from __future__ import annotations

import re
import secrets

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.ids import new_id
from chalicelib.web.admin_requests import answer, authorise, read_body
from chalicelib.web.described import described
from chalicelib.web.views import header, parameter, raw_body, view
from chalicelib.web.wordings import text_hash
from chalicelib.wiring import services

routes = Blueprint(__name__)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,100}")


@routes.route("/v1/advertisers/{advertiser}/lead-sources", methods=["POST"])
@described(body="web.lead_models:NewLeadSource", answer="web.lead_models:LeadSourceMade", status=201)
@view
def create_lead_source(advertiser: str) -> Response:
    """Register a tool that sends leads. Its secret, or the token that Meta must show, is shown this once."""
    from chalicelib.audience.leads import check_mapping, seal_secret
    from chalicelib.storage.lead_sources import LeadSource
    from chalicelib.web.lead_models import NewLeadSource, lead_url

    authorise(routes, advertiser)
    body = read_body(routes, NewLeadSource)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    errors = check_mapping(body.kind, body.mapping)
    if {body.app_secret is not None, body.access_token is not None} != {body.kind == "facebook"}:
        errors.append(FieldError("app_secret", "kind", "Facebook needs app_secret and access_token, a webhook neither"))
    if errors:
        raise InvalidInput(errors)
    source_id, shown = new_id("lead", services().clock.now()), f"rl_{secrets.token_urlsafe(32)}"

    def sealed(secret: str) -> bytes:
        return seal_secret(services().vault, source_id, secret)

    source = LeadSource(
        id=source_id,
        advertiser=advertiser,
        name=body.name,
        kind=body.kind,
        secret=sealed(body.app_secret or shown),
        mapping=body.mapping,
        wording=body.wording,
        wording_hash=text_hash(advertiser, body.wording, body.text),
        country=body.country,
        brokers=tuple(body.brokers),
        verify_token=sealed(shown) if body.kind == "facebook" else b"",
        access_token=sealed(body.access_token) if body.access_token else b"",
    )
    services().lead_sources.save(source)
    told = "verify_token" if body.kind == "facebook" else "secret"
    url = lead_url(body.kind, source_id, services().settings.origin)
    return answer({"source": source_id, "kind": source.kind, "url": url, told: shown}, 201)


@routes.route("/hooks/leads/{source}", methods=["POST"])
@view
def lead(source: str) -> Response:
    """One lead, as the source's mapping reads it, signed."""
    body = raw_body(routes)
    services().lead_desk.webhook(source, body, header(routes, "x-relance-signature"))
    return answer({"lead": "accepted"}, 202)


@routes.route("/hooks/facebook/{source}", methods=["GET"])
@view
def confirm_facebook(source: str) -> Response:
    """Meta's check of the address: answered with its challenge, where it shows the source's token."""
    challenge = parameter(routes, "hub.challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidInput([FieldError("hub.challenge", "challenge", "Meta sends a number")])
    services().lead_desk.confirm_facebook(
        source, parameter(routes, "hub.mode", ""), parameter(routes, "hub.verify_token", "")
    )
    return Response(challenge, headers={"Content-Type": "text/plain", "Cache-Control": "no-store"})


@routes.route("/hooks/facebook/{source}", methods=["POST"])
@view
def facebook_leads(source: str) -> Response:
    """Meta's notification of new leads."""
    body = raw_body(routes)
    services().lead_desk.facebook(source, body, header(routes, "x-hub-signature-256"))
    return answer({"leads": "accepted"})
