"""`/console`: what an advertiser's messages and clicks come to. The key is asked for each time and kept nowhere."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.clock import DAY
from chalicelib.web.views import FORM, form, header, view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/console", methods=["GET"])
@view
def ask_for_key() -> Response:
    """The form."""
    return _page(200, refused=False)


@routes.route("/console", methods=["POST"], content_types=[FORM])
@view
def overview() -> Response:
    """The last day of one advertiser: the key's own, or for the operator the one that was named."""
    from chalicelib.storage.advertisers import OPERATOR

    given = form(routes)
    key, named = given.get("key", "").strip(), given.get("advertiser", "").strip()
    scope = services().advertisers.key_scope(key) if key else None
    advertiser = services().advertisers.get(named if scope == OPERATOR else scope or "")
    if advertiser is None:
        return _page(403, refused=True)
    now = services().clock.now()
    counts = services().counters.read(advertiser.id, now - DAY, now)
    return _page(200, refused=False, advertiser=advertiser, counts=counts)


def _page(status: int, **values: object) -> Response:
    from chalicelib.web import pages

    page = pages.console(header(routes, "accept-language"), **values)
    return Response(page, status_code=status, headers={**pages.HEADERS})
