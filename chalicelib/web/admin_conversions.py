"""Purchases: told by tills and back ends, and what came of SMS, by journey, campaign and order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR, SECOND
from chalicelib.errors import FieldError, InvalidInput, NotFound, StorageUnavailable
from chalicelib.storage.advertisers import Advertiser
from chalicelib.web.admin_requests import answer, authorise, authorise_site, hours_asked, read_body, speaks_for_site
from chalicelib.web.described import HOURS, TEXT, described, holding, text
from chalicelib.web.views import parameter, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.reports.counted_shapes import ConversionSums

routes = Blueprint(__name__)
_TAKEN = holding(outcome={"const": "accepted"}, id=TEXT | {"description": "The event's own"})


@routes.route("/v1/sites/{site}/conversions", methods=["POST"])
@described(body="web.conversion_models:NewConversion", answer=_TAKEN, status=202, site_secret=True)
@view
def tell_conversion(site: str) -> Response:
    """Take a purchase or a refund, by the site's secret or an admin key that reaches the site."""
    from chalicelib.web.conversion_models import NewConversion, as_events

    speaks_for_site(routes, site)
    body = as_events(read_body(routes, NewConversion), site, services().clock.now())
    (result,) = services().collector.told_by_back_end(body)
    if result.status == "retry":
        raise StorageUnavailable("the purchase was not stored")
    if result.errors:
        raise InvalidInput(list(result.errors))
    return answer({"outcome": "accepted", "id": body["events"][0]["id"]}, 202)


@routes.route("/v1/sites/{site}/conversions", methods=["GET"])
@described(query={"transaction_id": text("The order", required=True)}, answer="reports.counted_shapes:PurchaseTold")
@view
def get_conversion(site: str) -> Response:
    """What an order is put down to, or why to nothing."""
    from chalicelib.reports.conversions import told

    authorise_site(routes, site)
    transaction = parameter(routes, "transaction_id", "")
    if not transaction:
        raise InvalidInput([FieldError("transaction_id", "required", "name the order")])
    found = services().conversion_log.get(site, transaction)
    if found is None:
        raise NotFound("conversion")
    return answer(told(found))


@routes.route("/v1/advertisers/{advertiser}/conversions", methods=["GET"])
@described(query=HOURS, answer="reports.counted_shapes:ConversionSums")
@view
def conversion_sums(advertiser: str) -> Response:
    """Purchases of the last hours that came of SMS and links, by certainty and journey; and why others did not."""
    from chalicelib.reports.conversions import by_journey, not_attributed, totals

    settings, since, until = _asked(advertiser)
    counts = services().counters.read(advertiser, since, until)
    journeys = services().counters.read_by(advertiser, "journey", since, until)
    told: ConversionSums = {
        "since": since,
        "until": until,
        "window_s": settings.attribution_ms // SECOND,
        **totals(counts),
        "by_journey": by_journey(journeys),
        "not_attributed": not_attributed(counts),
    }
    return answer(told)


@routes.route("/v1/advertisers/{advertiser}/traffic", methods=["GET"])
@described(query=HOURS, answer="reports.counted_shapes:TrafficOfHours")
@view
def traffic(advertiser: str) -> Response:
    """Clicks, uniques and purchases of the last hours by UTM source, medium and campaign."""
    from chalicelib.reports import conversions

    _, since, until = _asked(advertiser)
    campaigns = services().counters.read_by(advertiser, "utm", since, until)
    return answer({"since": since, "until": until, "campaigns": conversions.traffic(campaigns)})


@routes.route("/v1/advertisers/{advertiser}/unsubscribes", methods=["GET"])
@described(query=HOURS, answer="reports.counted_shapes:UnsubscribesOfHours")
@view
def unsubscribes(advertiser: str) -> Response:
    """Unsubscriptions of the last hours, by contacts in the base and by messages delivered."""
    from chalicelib.reports import unsubscribes as report

    _, since, until = _asked(advertiser)
    counts = services().counters.read(advertiser, since, until)
    told = report.unsubscribes(counts, services().base_sizes.get(advertiser))
    return answer({"since": since, "until": until, **told})


def _asked(advertiser: str) -> tuple[Advertiser, int, int]:
    """The advertiser's settings, and the time that the report is about."""
    authorise(routes, advertiser)
    found = services().advertisers.get(advertiser)
    if found is None:
        raise NotFound("advertiser")
    now = services().clock.now()
    return found, now - hours_asked(routes) * HOUR, now
