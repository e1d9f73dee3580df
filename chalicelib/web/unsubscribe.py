"""`/u/{code}`: the way out in each SMS. A GET asks, since previews fetch links; only the POST unsubscribes."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.storage.links import Link
from chalicelib.web.views import FORM, JSON, header, view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/u/{code}", methods=["GET"])
@view
def ask(code: str) -> Response:
    """Ask whether to unsubscribe."""
    return _page(_link(code), done=False)


@routes.route("/u/{code}", methods=["POST"], content_types=[FORM, JSON])
@view
def unsubscribe(code: str) -> Response:
    """Record the opposition: from here on no message to this person is claimed for this advertiser."""
    from chalicelib.storage.counters import count
    from chalicelib.storage.ledgers import Opposition

    link = _link(code)
    if link:
        now = services().clock.now()
        counted = count(link.advertiser, link.message, now, "opposed.unsubscribe")
        services().ledgers.oppose(link.person, link.advertiser, Opposition(now, "unsubscribe"), counted)
    return _page(link, done=True)


def _link(code: str) -> Link | None:
    from chalicelib.links.codes import CODE

    return services().links.get(code) if CODE.fullmatch(code) else None


def _page(link: Link | None, *, done: bool) -> Response:
    from chalicelib.web import pages

    language = header(routes, "accept-language")
    advertiser = services().advertisers.get(link.advertiser) if link else None
    if advertiser is None:
        return Response(pages.render("unknown_link.html", language), status_code=404, headers={**pages.HEADERS})
    return Response(pages.unsubscribe(language, advertiser.brand, done=done), headers={**pages.HEADERS})
