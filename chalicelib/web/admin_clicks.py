"""`GET /v1/advertisers/{advertiser}/clicks`: each request for a link, with what was made of it, the newest first."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.web.admin_requests import reached
from chalicelib.web.described import PAGED, described, listed, one_of, text
from chalicelib.web.listing import BETWEEN, moment_asked, page_asked, page_of, word_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_KINDS = ("person", "preview", "bot")
_FILTERS = {
    "link": text("The link's code; on a domain of one's own `<domain>/<slug>`"),
    "message": text("The message whose link it is"),
    "kind": one_of("Who clicked", *_KINDS),
    **BETWEEN,
}


@routes.route("/v1/advertisers/{advertiser}/clicks", methods=["GET"])
@described(answer=listed("clicks", "web.link_models:ClickListed"), query={**_FILTERS, **PAGED})
@view
def list_clicks(advertiser: str) -> Response:
    """An advertiser's clicks, machines' included. A page of what is rare may be short; `next` goes on."""
    from chalicelib.storage.click_records import record_from
    from chalicelib.web.link_models import click_answer

    reached(routes, advertiser)
    after, limit = page_asked(routes)
    asked = {
        "link": word_asked(routes, "link"),
        "message": word_asked(routes, "message"),
        "class": word_asked(routes, "kind", _KINDS),
    }
    items, following = services().lists.page(
        "clicks",
        advertiser,
        limit,
        after=after,
        since=moment_asked(routes, "since"),
        until=moment_asked(routes, "until"),
        like={name: word for name, word in asked.items() if word},
    )
    return page_of("clicks", [click_answer(record_from(item)) for item in items], following)
