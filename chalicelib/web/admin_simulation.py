"""`/v1/advertisers/{advertiser}/limits/simulate`: what other caps and hours would have done to last week's messages."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.web.admin_requests import answer, reached, read_body
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)


@routes.route("/v1/advertisers/{advertiser}/limits/simulate", methods=["POST"])
@described(body="web.simulation_models:LimitsTried", answer="web.simulation_models:LimitsSimulated")
@view
def simulate_limits(advertiser: str) -> Response:
    """What other caps and hours would have done to the messages of the last seven days. Nothing is changed.

    It is a replay by the very rules that send: with the caps and hours that are set it tells what happened. Of more
    than 2,000 messages a sample is looked at, and what is told of all of them has bounds.
    """
    from chalicelib.web.simulation_models import LimitsTried, tried_of

    owner = reached(routes, advertiser)
    tried = tried_of(owner, read_body(routes, LimitsTried))
    return answer(services().simulator.last_week(owner, tried))
