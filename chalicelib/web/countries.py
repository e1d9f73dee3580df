"""`/v1/countries`: what each country allows, by which source, and who signed it."""

from __future__ import annotations

import re

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import answer, authorise, read_body
from chalicelib.web.described import described, each, holding, text
from chalicelib.web.views import parameter, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_TOLD = "messaging.country_shapes:CountryTold"
_COUNTRY = re.compile("[A-Z]{2}")
_BY = {"by": text("Who answers for it", required=True)}
_LONGEST_NAME = 80


@routes.route("/v1/countries", methods=["GET"])
@described(answer=holding(countries=each(_TOLD)), operator=True)
@view
def list_countries() -> Response:
    """What each country allows, by which source, and who signed it; for the operator."""
    from chalicelib.messaging.country_report import country_report

    authorise(routes, OPERATOR)
    return answer({"countries": country_report(services().countries)})


@routes.route("/v1/countries/{country}", methods=["GET"])
@described(answer="messaging.country_shapes:CountryWithHistory", operator=True)
@view
def get_country(country: str) -> Response:
    """What a country allows, and everything that was ever signed for it; for the operator."""
    from chalicelib.messaging.country_report import country_told, signatures_told

    authorise(routes, OPERATOR)
    _known(country)
    book = services().countries
    told = country_told(book.profile(country), book.signature(country))
    return answer({**told, "signatures": signatures_told(book.history(country))})


@routes.route("/v1/countries/{country}", methods=["PUT"])
@described(body="web.country_models:SignedValues", answer=_TOLD, operator=True)
@view
def sign_country(country: str) -> Response:
    """Let values with their sources hold for a country: it is sent to from then on; for the operator.

    France can only be made stricter. Who signs answers for it: the name is kept with the values, for good.
    """
    from chalicelib.messaging.country_report import country_told
    from chalicelib.web.country_models import SignedValues

    authorise(routes, OPERATOR)
    _known(country)
    body, book = read_body(routes, SignedValues), services().countries
    profile = book.sign(country, body.values, body.by)
    return answer(country_told(profile, book.signature(country)))


@routes.route("/v1/countries/{country}", methods=["DELETE"])
@described(query=_BY, answer=_TOLD, operator=True)
@view
def take_back_country(country: str) -> Response:
    """Take back what was signed for a country: the profile as it is shipped holds again; for the operator."""
    from chalicelib.messaging.country_report import country_told

    authorise(routes, OPERATOR)
    _known(country)
    by = parameter(routes, "by", "").strip()
    if not by or len(by) > _LONGEST_NAME:
        raise InvalidInput([FieldError("by", "required", "who answers for it")])
    if services().countries.signature(country) is None:
        raise NotFound("signature")
    return answer(country_told(services().countries.take_back(country, by), None))


def _known(country: str) -> None:
    if not _COUNTRY.fullmatch(country):
        raise NotFound("country")
