"""`/v1/…/audit`: who changed what, and who looked whom up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import authorise
from chalicelib.web.described import PAGED, described, listed
from chalicelib.web.listing import page_asked, page_of
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.audit_log import Entry

routes = Blueprint(__name__)
_ENTRIES = listed("entries", "web.audit_models:AuditEntry")


@routes.route("/v1/advertisers/{advertiser}/audit", methods=["GET"])
@described(query=PAGED, answer=_ENTRIES)
@view
def advertiser_audit(advertiser: str) -> Response:
    """Changes of an advertiser's things, whoever made them, the newest first."""
    authorise(routes, advertiser)
    return _page(advertiser)


@routes.route("/v1/audit", methods=["GET"])
@described(query=PAGED, operator=True, answer=_ENTRIES)
@view
def operator_audit() -> Response:
    """Changes of what is nobody's own; for the operator."""
    authorise(routes, OPERATOR)
    return _page(OPERATOR)


def _page(scope: str) -> Response:
    after, limit = page_asked(routes)
    entries, following = services().audit_log.read(scope, after, limit)
    return page_of("entries", [_told(entry) for entry in entries], following)


def _told(entry: Entry) -> dict[str, Any]:
    from chalicelib.web.audit import place

    told = json.loads(services().vault.open(entry.sealed, place(entry.id))) if entry.sealed else {}
    return {
        "id": entry.id,
        "at": entry.at,
        "key": entry.key,
        "role": entry.role,
        "method": entry.method,
        "route": entry.route,
        "status": entry.status,
    } | told
