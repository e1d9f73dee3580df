"""`/v1/advertisers/{advertiser}/surveys…`: surveys and contests, what came of them, who won (docs/surveys.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.errors import Conflict, FieldError, InvalidInput
from chalicelib.web.admin_requests import answer, authorise, key_of, reached, read_body
from chalicelib.web.described import PAGED, TEXT, described, done, each, holding, listed
from chalicelib.web.listing import page_of, part_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.reports.surveys import SurveyFigures
    from chalicelib.storage.surveys import Survey

routes = Blueprint(__name__)
_ALL = "/v1/advertisers/{advertiser}/surveys"
_ONE = _ALL + "/{survey}"
_TOLD = "web.survey_answers:SurveyTold"
_WINNERS = holding(
    winners={
        "type": "object",
        "description": "By the winner's pseudonym, the message's id, or why there is none",
        "additionalProperties": TEXT,
    }
)
_MOST_ROWS = 20_000
"""People that are gone through while somebody waits; `relance surveys export|draw` goes through any number."""
_MOST_BYTES = 4_000_000
"""Of a table: a function's answer holds 6 MB, and its own marks take some."""


@routes.route(_ALL, methods=["GET"])
@described(query=PAGED, answer=listed("surveys", _TOLD))
@view
def list_surveys(advertiser: str) -> Response:
    """An advertiser's surveys, the oldest first."""
    from chalicelib.web.survey_answers import survey_answer

    authorise(routes, advertiser)
    now = services().clock.now()
    found, following = part_asked(routes, services().surveys.all_of(advertiser), lambda one: one.id)
    return page_of("surveys", [survey_answer(one, now) for one in found], following)


@routes.route(_ALL, methods=["POST"])
@described(body="web.survey_models:NewSurvey", answer=_TOLD, status=201)
@view
def create_survey(advertiser: str) -> Response:
    """Make a survey. A template that names it asks it."""
    from chalicelib.web.survey_answers import survey_answer
    from chalicelib.web.survey_models import NewSurvey, survey_from

    reached(routes, advertiser)
    now = services().clock.now()
    made = services().survey_book.create(survey_from(read_body(routes, NewSurvey), advertiser, "", now))
    return answer(survey_answer(made, now), 201)


@routes.route(_ONE, methods=["GET"])
@described(answer=_TOLD)
@view
def get_survey(advertiser: str, survey: str) -> Response:
    """A survey as it stands."""
    from chalicelib.web.survey_answers import survey_answer

    return answer(survey_answer(_survey(advertiser, survey), services().clock.now()))


@routes.route(_ONE, methods=["PUT"])
@described(body="web.survey_models:NewSurvey", answer=_TOLD)
@view
def replace_survey(advertiser: str, survey: str) -> Response:
    """Change a survey. Once it was asked its kind, questions and what counts stay (409)."""
    from dataclasses import replace

    from chalicelib.web.survey_answers import survey_answer
    from chalicelib.web.survey_models import NewSurvey, survey_from

    known, now = _survey(advertiser, survey), services().clock.now()
    body = read_body(routes, NewSurvey)
    wanted = survey_from(body, advertiser, survey, now)
    if body.opens_at is None:
        wanted = replace(wanted, opens_at=known.opens_at)
    return answer(survey_answer(services().survey_book.change(wanted), now))


@routes.route(_ONE, methods=["DELETE"])
@described(answer=done("deleted", "survey"))
@view
def delete_survey(advertiser: str, survey: str) -> Response:
    """Remove a survey that nobody was asked."""
    authorise(routes, advertiser)
    services().survey_book.delete(advertiser, survey)
    return answer({"survey": survey, "deleted": True})


@routes.route(_ONE + "/statistics", methods=["GET"])
@described(answer="web.survey_answers:SurveyFiguresTold")
@view
def survey_statistics(advertiser: str, survey: str) -> Response:
    """What was answered to a survey up to now: counts that move with each answer, with intervals."""
    from chalicelib.web.survey_answers import statistics_answer

    return answer(statistics_answer(*_figures(advertiser, survey)))


@routes.route(_ONE + "/statistics.svg", methods=["GET"])
@described(media=("image/svg+xml",))
@view
def survey_picture(advertiser: str, survey: str) -> Response:
    """What was answered to a survey up to now, as a picture."""
    from chalicelib.reports.survey_chart import chart

    picture = chart(*_figures(advertiser, survey))
    return Response(picture, headers={"Content-Type": "image/svg+xml; charset=utf-8", "Cache-Control": "no-store"})


@routes.route(_ONE + "/answers.csv", methods=["GET"])
@described(media=("text/csv",), refuses=(409,))
@view
def export_answers(advertiser: str, survey: str) -> Response:
    """Everybody's answers to a survey, under the survey's own pseudonyms."""
    from chalicelib.audience.survey_answers import free_texts
    from chalicelib.reports.survey_export import as_csv, columns, row

    found, figures = _figures(advertiser, survey)
    _few_enough(figures.people, "relance surveys export writes them to a file")
    entries = services().survey_entries.of_survey(survey)
    rows = [row(found, entry, free_texts(services().vault, entry)) for entry in entries]
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{survey}.csv"',
        "Cache-Control": "no-store",
    }
    table = "".join(as_csv([columns(found), *rows]))
    if len(table.encode()) > _MOST_BYTES:
        raise Conflict("the table is too large for one answer: relance surveys export writes it to a file")
    return Response(table, headers=headers)


@routes.route(_ONE + "/draws", methods=["GET"])
@described(answer=holding(draws=each("web.survey_answers:DrawTold")))
@view
def list_draws(advertiser: str, survey: str) -> Response:
    """A contest's draws on record."""
    from chalicelib.web.survey_answers import draw_answer

    authorise(routes, advertiser)
    return answer({"draws": [draw_answer(one) for one in services().survey_book.draws(advertiser, survey)]})


@routes.route(_ONE + "/draws", methods=["POST"])
@described(body="web.survey_models:NewDraw", answer="web.survey_answers:DrawTold")
@view
def draw_winners(advertiser: str, survey: str) -> Response:
    """Draw the winners of a contest that has ended. Asked again it is the same draw; another one needs a reason."""
    from chalicelib.web.survey_answers import draw_answer
    from chalicelib.web.survey_models import NewDraw

    _, figures = _figures(advertiser, survey)
    _few_enough(figures.people, "relance surveys draw draws among any number")
    reason = read_body(routes, NewDraw).reason or ""
    return answer(draw_answer(services().survey_book.draw(advertiser, survey, again=reason, by=key_of(routes))))


@routes.route(_ONE + "/draws/{draw}/messages", methods=["POST"])
@described(body="web.survey_models:TellWinners", answer=_WINNERS)
@view
def tell_winners(advertiser: str, survey: str, draw: str) -> Response:
    """Write to a draw's winners with a template; each is told once."""
    from chalicelib.web.survey_models import TellWinners

    owner = reached(routes, advertiser)
    body = read_body(routes, TellWinners)
    if not re.fullmatch(r"[1-9][0-9]{0,3}", draw):
        raise InvalidInput([FieldError("draw", "number", "a draw's number, from 1")])
    told = services().survey_book.tell_winners(owner, survey, int(draw), body.template, body.link)
    return answer({"winners": told})


def _survey(advertiser: str, survey_id: str) -> Survey:
    authorise(routes, advertiser)
    return services().survey_book.find(advertiser, survey_id)


def _few_enough(people: int, otherwise: str) -> None:
    if people > _MOST_ROWS:
        raise Conflict(f"more than {_MOST_ROWS} people have answered: {otherwise}")


def _figures(advertiser: str, survey_id: str) -> tuple[Survey, SurveyFigures]:
    from chalicelib.reports.surveys import figures_of

    survey = _survey(advertiser, survey_id)
    return survey, figures_of(survey, services().survey_entries.counts(advertiser, survey_id))
