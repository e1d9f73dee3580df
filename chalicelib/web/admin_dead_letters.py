"""`/v1/dead-letters`: orders that nobody could carry out, to look at and to give once more; for the operator."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import answer, authorise, read_body
from chalicelib.web.described import WHOLE, described, each, holding
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_LOOKED_AT = 100
_ORDERS = holding(orders=each("reports.dead_letters:OrderTold"))
_MOVED = holding(moved=WHOLE)


@routes.route("/v1/dead-letters", methods=["GET"])
@described(answer=_ORDERS, operator=True)
@view
def list_dead_letters() -> Response:
    """Up to 100 orders that could not be carried out, and what became of each; for the operator. They stay."""
    from chalicelib.reports.dead_letters import told

    authorise(routes, OPERATOR)
    letters = services().dead_letters.look(_LOOKED_AT)
    return answer({"orders": told(letters, services().messages, services().enrolments)})


@routes.route("/v1/dead-letters/redrive", methods=["POST"])
@described(body="web.message_models:Redrive", answer=_MOVED, operator=True)
@view
def redrive_dead_letters() -> Response:
    """Put dead letters back on the send queue; for the operator. An order whose message has moved on does nothing."""
    from chalicelib.web.message_models import Redrive

    authorise(routes, OPERATOR)
    return answer({"moved": services().dead_letters.redrive(read_body(routes, Redrive).most)})
