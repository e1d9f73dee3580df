"""`GET /v1/advertisers/{advertiser}/messages`: what was meant to be sent, and what became of it, the newest first."""

from __future__ import annotations

from typing import get_args

from chalice.app import Blueprint, Response

from chalicelib.storage.codec import Item
from chalicelib.storage.messages import State, from_item
from chalicelib.web.admin_requests import reached
from chalicelib.web.described import PAGED, described, listed, one_of, text
from chalicelib.web.listing import BETWEEN, moment_asked, page_asked, page_of, word_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_BROADCAST = "broadcast"
_STATES: tuple[str, ...] = get_args(State)
_FILTERS = {
    "state": one_of("What became of it", *_STATES),
    "reason": text("Why it was refused, deferred, …: `cap_reached`, `opposed`"),
    "journey": text("What led to it: a journey, `broadcast` or `api`"),
    "campaign": text("The campaign that it counts for"),
    "broadcast": text("The broadcast that it is of"),
    "template": text("The advertiser's template"),
    **BETWEEN,
}


@routes.route("/v1/advertisers/{advertiser}/messages", methods=["GET"])
@described(answer=listed("messages", "web.message_models:MessageListed"), query={**_FILTERS, **PAGED})
@view
def list_messages(advertiser: str) -> Response:
    """An advertiser's messages, without phones and texts. A page of what is rare may be short; `next` goes on."""
    from chalicelib.web.message_models import listed_message

    reached(routes, advertiser)
    after, limit = page_asked(routes)
    like = {name: word for name in ("journey", "campaign", "template") if (word := word_asked(routes, name))}
    if broadcast := word_asked(routes, _BROADCAST):
        like |= {"journey": _BROADCAST, "campaign": broadcast}
    state, reason = word_asked(routes, "state", _STATES), word_asked(routes, "reason")

    def meant(item: Item) -> bool:
        return state in (None, item["state"]) and reason in (None, item.get("reason"))

    items, following = services().lists.page(
        "messages",
        advertiser,
        limit,
        after=after,
        since=moment_asked(routes, "since"),
        until=moment_asked(routes, "until"),
        like=like,
        keep=meant if state or reason else None,
    )
    return page_of("messages", [listed_message(from_item(item)) for item in items], following)
