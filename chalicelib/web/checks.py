"""`/v1/hours/check` and `/v1/sms/check`: what may be asked about a number and a text, whoever asks. Nothing is kept."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.web.admin_requests import admin_key, answer, read_body
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/v1/hours/check", methods=["POST"])
@described(body="web.check_models:HoursQuestion", answer="web.check_models:HoursTold")
@view
def check_hours() -> Response:
    """Whether an SMS may go to a number at a moment, by which rule, and when first. The country alone decides."""
    from chalicelib.messaging.recipients import place_of
    from chalicelib.web.check_models import HoursQuestion, hours_told, number
    from chalicelib.web.message_models import epoch_ms

    admin_key(routes)
    body = read_body(routes, HoursQuestion)
    place = place_of(number(body.phone), body.postcode, body.zone)
    at = epoch_ms(body.at)
    moment = services().clock.now() if at is None else at
    return answer(hours_told(services().countries.check_hours(place, body.message_class, moment)))


@routes.route("/v1/sms/check", methods=["POST"])
@described(body="web.check_models:TextQuestion", answer="web.check_models:TextTold")
@view
def check_text() -> Response:
    """How many SMS a text takes, which characters make it dear, and the same text without them."""
    from chalicelib.web.check_models import TextQuestion, text_told

    admin_key(routes)
    return answer(text_told(read_body(routes, TextQuestion).text))
