"""`/v1/advertisers/{advertiser}/keyword`: the number that takes an advertiser's opt-ins by text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import answer, authorise, reached, read_body
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.web.wordings import text_hash
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.keyword_numbers import KeywordNumber

routes = Blueprint(__name__)
_KEYWORD = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("number", "wording", "wording_hash")},
    "required": ["number", "wording", "wording_hash"],
}


@routes.route("/v1/advertisers/{advertiser}/keyword", methods=["GET"])
@described(answer=_KEYWORD)
@view
def get_keyword_number(advertiser: str) -> Response:
    """The number that takes an advertiser's opt-ins by text."""
    reached(routes, advertiser)
    found = services().keyword_numbers.of(advertiser)
    if found is None:
        raise NotFound("keyword number")
    return _told(found)


@routes.route("/v1/advertisers/{advertiser}/keyword", methods=["PUT"])
@described(body="web.admin_models:KeywordSettings", answer=_KEYWORD, operator=True)
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
    return _told(number)


def _told(number: KeywordNumber) -> Response:
    return answer({"number": number.sender, "wording": number.wording, "wording_hash": number.wording_hash})
