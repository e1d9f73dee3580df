"""`/v1/countries`: what each country allows, by which source, and who signed it."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import answer, authorise
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/v1/countries", methods=["GET"])
@described(operator=True)
@view
def list_countries() -> Response:
    """What each country allows, by which source, and who signed it; for the operator."""
    from chalicelib.messaging.country_report import country_report

    authorise(routes, OPERATOR)
    return answer({"countries": country_report(services().countries)})
