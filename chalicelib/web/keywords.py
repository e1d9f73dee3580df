"""`/v1/advertisers/{advertiser}/keyword`: the number that takes an advertiser's opt-ins by text."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import answer, authorise, read_body
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.web.wordings import text_hash
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/v1/advertisers/{advertiser}/keyword", methods=["PUT"])
@described(body="web.admin_models:KeywordSettings", operator=True)
@view
def assign_keyword_number(advertiser: str) -> Response:
    """Give an advertiser its keyword number; for the operator, who alone knows whom a number was let to."""
    from chalicelib.storage.keyword_numbers import KeywordNumber, number_digits
    from chalicelib.web.admin_models import KeywordSettings

    authorise(routes, OPERATOR)
    body = read_body(routes, KeywordSettings)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    wording_hash = text_hash(advertiser, body.wording, body.text)
    number = KeywordNumber(number_digits(body.number), advertiser, body.wording, wording_hash)
    if not services().keyword_numbers.assign(number):
        raise InvalidInput([FieldError("number", "taken", "this number takes the opt-ins of another advertiser")])
    return answer({"number": number.sender, "wording": number.wording, "wording_hash": number.wording_hash})
