"""`/v1/advertisers/{advertiser}/automatic-answers`: what is answered by itself, and in which words (R2, R4)."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.web.admin_requests import answer, reached, read_body
from chalicelib.web.described import described
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_TOLD = "web.automatic_answer_models:AutomaticAnswersTold"
_ANSWERS = "/v1/advertisers/{advertiser}/automatic-answers"


@routes.route(_ANSWERS, methods=["GET"])
@described(answer=_TOLD)
@view
def get_automatic_answers(advertiser: str) -> Response:
    """Which replies are answered by themselves, in the advertiser's own texts and ours."""
    from chalicelib.web.automatic_answer_models import settings_answer

    reached(routes, advertiser)
    return answer(settings_answer(services().automatic_answers.settings(advertiser)))


@routes.route(_ANSWERS, methods=["PUT"])
@described(body="web.automatic_answer_models:AutomaticAnswerSettings", answer=_TOLD)
@view
def replace_automatic_answers(advertiser: str) -> Response:
    """Replace which replies are answered by themselves, and the advertiser's own texts."""
    from chalicelib.web.automatic_answer_models import AutomaticAnswerSettings, settings_answer

    reached(routes, advertiser)
    settings = read_body(routes, AutomaticAnswerSettings).settings()
    services().automatic_answers.save_settings(advertiser, settings)
    return answer(settings_answer(settings))
