"""`/hooks/{provider}/numbers`: what a provider of number checks learnt after it was asked."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint, Response

from chalicelib.errors import NotFound
from chalicelib.web.views import FORM, form, request_of, view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/hooks/{provider}/numbers", methods=["GET"])
@view
def numbers_in_address(provider: str) -> Response:
    """Results as SMSAPI tells them unless told: in the address."""
    return _take(provider, request_of(routes).query_params or {})


@routes.route("/hooks/{provider}/numbers", methods=["POST"], content_types=[FORM])
@view
def numbers_in_form(provider: str) -> Response:
    """The same in a form."""
    return _take(provider, form(routes))


def _take(provider: str, given: Mapping[str, str]) -> Response:
    from chalicelib.sms_providers.smsapi_hlr import SmsapiHlr, read_callback

    if provider != SmsapiHlr.name:
        raise NotFound("provider")
    services().number_checker.answered(provider, read_callback(given))
    return Response("OK", headers={"Content-Type": "text/plain", "Cache-Control": "no-store"})
