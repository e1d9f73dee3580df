"""Who and what there is: `GET /v1/advertisers`, and an advertiser's sites. The newest first, in pages."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.clock import DAY
from chalicelib.storage.advertisers import OPERATOR, advertiser_from, site_from
from chalicelib.web.admin_requests import authorise, reached
from chalicelib.web.described import PAGED, described, listed
from chalicelib.web.listing import page_of, page_of_list
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_EVENT = "event."


@routes.route("/v1/advertisers", methods=["GET"])
@described(answer=listed("advertisers", "web.admin_models:AdvertiserTold"), query=PAGED, operator=True)
@view
def list_advertisers() -> Response:
    """Every advertiser; for the operator."""
    from chalicelib.web.admin_models import advertiser_answer

    authorise(routes, OPERATOR)
    items, following = page_of_list(routes, "advertisers", "")
    told = [advertiser_answer(advertiser_from(item), services().vault) for item in items]
    return page_of("advertisers", told, following)


@routes.route("/v1/advertisers/{advertiser}/sites", methods=["GET"])
@described(answer=listed("sites", "web.site_models:SiteListed"), query=PAGED)
@view
def list_sites(advertiser: str) -> Response:
    """An advertiser's sites, each with the events that came from it in the last 24 hours."""
    from chalicelib.web.site_models import site_answer

    reached(routes, advertiser)
    items, following = page_of_list(routes, "sites", advertiser)
    sites = [site_from(item) for item in items]
    return page_of("sites", [{**site_answer(site), **_events_of(site.id)} for site in sites], following)


def _events_of(site: str) -> dict[str, Any]:
    """What a site told in the last day, and the hour (epoch ms of its beginning) of the newest of it."""
    now = services().clock.now()
    counts: Counter[str] = Counter()
    last = None
    for hour, names in services().counters.by_hour(site, now - DAY, now).items():
        told = {name.removeprefix(_EVENT): number for name, number in names.items() if name.startswith(_EVENT)}
        counts.update(told)
        last = hour if told else last
    return {"counts": dict(sorted(counts.items())), "last_event_at": last}
