"""`/v1/advertisers/{advertiser}/complements`: what is offered to whoever has bought something (mission.md, J5)."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.web.admin_requests import answer, reached, read_body
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_TOLD = "web.complement_models:ComplementsTold"
_COMPLEMENTS = "/v1/advertisers/{advertiser}/complements"


@routes.route(_COMPLEMENTS, methods=["GET"])
@described(answer=_TOLD)
@view
def get_complements(advertiser: str) -> Response:
    """What is offered to whoever has bought something."""
    from chalicelib.web.complement_models import complements_answer

    reached(routes, advertiser)
    return answer(complements_answer(services().complements.get(advertiser)))


@routes.route(_COMPLEMENTS, methods=["PUT"])
@described(body="web.complement_models:NewComplements", answer=_TOLD)
@view
def replace_complements(advertiser: str) -> Response:
    """Replace what is offered with what."""
    from chalicelib.web.complement_models import NewComplements, complements_answer

    reached(routes, advertiser)
    rules = read_body(routes, NewComplements).rules()
    services().complements.save(advertiser, rules)
    return answer(complements_answer(rules))
