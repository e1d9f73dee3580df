"""`GET /v1/strays`: texts of phones that nobody has written to; for the operator, and on the audit log."""

from __future__ import annotations

import re

from chalice.app import Blueprint, Response

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import authorise, reason_asked
from chalicelib.web.described import PAGED, REASON, described, listed
from chalicelib.web.listing import page_asked, page_of
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_PLACES = re.compile(r"[0-9]{13}#[!-~]{1,200}")


@routes.route("/v1/strays", methods=["GET"])
@described(answer=listed("strays", "web.stray_models:StrayTold"), query={**REASON, **PAGED}, operator=True)
@view
def list_strays() -> Response:
    """Texts of phones that nobody has written to, the newest first, in clear; for the operator.

    A STOP among them opposes everyone. `?reason=` says on the audit log why they are read.
    """
    from chalicelib.replies.strays import page

    authorise(routes, OPERATOR)
    reason_asked(routes)
    found, following = page(services().heard_texts, services().vault, *page_asked(routes, _PLACES))
    told = [
        {"text": text.text, "from": text.phone, "to": text.to, "at": stray.at, "stray": stray.id}
        for stray, text in found
    ]
    return page_of("strays", told, following)
