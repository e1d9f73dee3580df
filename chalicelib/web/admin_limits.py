"""`/v1/advertisers/{advertiser}/caps` and `…/hours`: how often and when, each by itself beside the other settings.

`…/limits` tells what they stand within: the country's hours, and the operator's caps.
"""

from __future__ import annotations

from dataclasses import replace

from chalice.app import Blueprint, Response

from chalicelib.errors import InvalidInput
from chalicelib.web.admin_requests import answer, reached, read_body
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_CAPS = "/v1/advertisers/{advertiser}/caps"
_HOURS = "/v1/advertisers/{advertiser}/hours"


@routes.route(_CAPS, methods=["GET"])
@described(answer="web.cap_models:AdvertiserCaps")
@view
def get_caps(advertiser: str) -> Response:
    """An advertiser's caps, campaigns' own included. The operator's hold beside them."""
    from chalicelib.web.cap_models import caps_answer

    found = reached(routes, advertiser)
    return answer({"caps": caps_answer(found.caps), "at_cap": found.at_cap})


@routes.route(_CAPS, methods=["PUT"])
@described(body="web.cap_models:AdvertiserCaps", answer="web.cap_models:AdvertiserCaps")
@view
def replace_caps(advertiser: str) -> Response:
    """Replace an advertiser's caps: they hold everywhere within ten seconds. Its other settings stay."""
    from chalicelib.web.cap_models import AdvertiserCaps, caps_answer, rules

    reached(routes, advertiser)
    body = read_body(routes, AdvertiserCaps)
    caps = rules(body.caps)
    services().advertisers.limit(advertiser, caps, body.at_cap)
    return answer({"caps": caps_answer(caps), "at_cap": body.at_cap})


@routes.route(_HOURS, methods=["GET"])
@described(answer="web.hours_models:HoursSettings")
@view
def get_hours(advertiser: str) -> Response:
    """When an advertiser sends, within what each country allows. Empty follows the country."""
    from chalicelib.web.hours_models import hours_answer

    return answer(hours_answer(reached(routes, advertiser).hours))


@routes.route(_HOURS, methods=["PUT"])
@described(body="web.hours_models:HoursSettings", answer="web.hours_models:HoursSettings")
@view
def replace_hours(advertiser: str) -> Response:
    """Replace an advertiser's hours: they hold everywhere within ten seconds. Its other settings stay."""
    from chalicelib.web.hours_models import HoursSettings, hours_answer, hours_of

    reached(routes, advertiser)
    body = read_body(routes, HoursSettings)
    try:
        hours = hours_of(body)
    except InvalidInput as error:  # Which names them as the settings do.
        told = [replace(wrong, field=wrong.field.removeprefix("hours.")) for wrong in error.errors]
        raise InvalidInput(told) from None
    services().advertisers.keep_hours(advertiser, hours)
    return answer(hours_answer(hours))


@routes.route("/v1/advertisers/{advertiser}/limits", methods=["GET"])
@described(answer="web.limit_models:StandWithin")
@view
def get_limits(advertiser: str) -> Response:
    """What an advertiser's caps and hours stand within: France's hours, and the operator's caps for everybody."""
    from chalicelib.messaging.profile import profile_for
    from chalicelib.messaging.sender_book import DEFAULT_COUNTRY
    from chalicelib.web.limit_models import limits_answer

    reached(routes, advertiser)
    told = limits_answer(profile_for(DEFAULT_COUNTRY), services().operator_caps.get(), services().clock.now())
    return answer(told)
