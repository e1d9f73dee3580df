"""`/console/surveys…`: questions asked by SMS, votes and contests; what was answered; who won."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.ids import random_token
from chalicelib.web.console_pages.api import Answer, Problem, Refused, segment
from chalicelib.web.console_pages.desk import HEADERS, Desk, Notices
from chalicelib.web.console_pages.form_words import Own, problems
from chalicelib.web.console_pages.reading import everything, read, read_of
from chalicelib.web.console_pages.survey_form import EMPTY, MOST_QUESTIONS, asked, by_field, shown, typed_questions
from chalicelib.web.console_pages.survey_words import DRAW_WRONG, KINDS, QUESTIONS, STATES, WRONG

_NOTICES: Notices = {
    "made": (
        "C’est prêt. Il faut encore un message qui pose la question.",
        "It is ready. A message has to ask it yet.",
    ),
    "saved": ("C’est enregistré.", "It is saved."),
    "removed": ("C’est supprimé.", "It is removed."),
    "drawn": ("Le tirage est fait, et gardé avec sa preuve.", "The draw is made, and kept with its proof."),
    "told": ("Les gagnants reçoivent leur SMS.", "The winners get their SMS."),
}
_NEW = "new"


def show(desk: Desk, *rest: str) -> Response:
    """All of them, a new one's form, one with its answers, its settings, its table."""
    match rest:
        case ():
            return _list(desk)
        case (name,) if name == _NEW:
            return _form(desk, None)
        case (survey,):
            return _results(desk, survey)
        case (survey, "settings"):
            return _form(desk, survey)
        case (survey, "answers.csv"):
            return _table(desk, survey)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Make one, change it, remove it; draw a contest's winners and write to them."""
    match rest:
        case (name,) if name == _NEW:
            return _save(desk, None)
        case (survey, "settings"):
            return _save(desk, survey)
        case (survey, "remove"):
            told = desk.api("DELETE", f"surveys/{segment(survey)}")
            return desk.go("surveys", "removed") if told.ok else _results(desk, survey, told, WRONG)
        case (survey, "draw"):
            reason = desk.fields.get("reason", "").strip()
            again = {"reason": reason} if "reason" in desk.fields else {}
            told = desk.api("POST", f"surveys/{segment(survey)}/draws", again)
            return desk.go(f"surveys/{survey}#draw", "drawn") if told.ok else _results(desk, survey, told, DRAW_WRONG)
        case (survey, "tell"):
            place = f"surveys/{segment(survey)}/draws/{segment(desk.fields.get('draw', ''))}/messages"
            told = desk.api("POST", place, {"template": desk.fields.get("template", "")})
            return desk.go(f"surveys/{survey}#draw", "told") if told.ok else _results(desk, survey, told, DRAW_WRONG)
    raise NotFound("form")


def _list(desk: Desk) -> Response:
    surveys = everything(desk, "surveys", "surveys")
    return desk.page(
        "surveys",
        notices=_NOTICES,
        surveys=[_named(desk, one) for one in reversed(surveys)],
        may_make=desk.may("POST", "surveys"),
    )


def _form(desk: Desk, survey: str | None, refused: Answer | None = None) -> Response:
    answer = desk.api("GET", f"surveys/{segment(survey)}") if survey else None
    known = read_of(answer) if answer else None
    zone = desk.advertiser.zone
    if desk.is_form:
        given: dict[str, Any] = dict(desk.fields) | {"questions": typed_questions(desk.fields)}
    else:
        given = shown(known, zone) if known else {"kind": "survey", "language": desk.language, "questions": [EMPTY]}
    if desk.fields.get("do") == "more" and len(given["questions"]) < MOST_QUESTIONS:
        given["questions"] = [*given["questions"], EMPTY]
    wrong: dict[str, Problem] = problems(desk, by_field(refused), WRONG) if refused else {}
    return desk.page(
        "survey_form",
        refused.status if refused else 200,
        survey=known,
        given=given,
        kinds=[(name, desk.say(*words)) for name, words in KINDS.items()],
        question_kinds=[(name, desk.say(*words)) for name, words in QUESTIONS.items()],
        errors=wrong,
        most=MOST_QUESTIONS,
        once=random_token(),
        tag=desk.fields.get("tag", "") or (answer.etag if answer else ""),
    )


def _save(desk: Desk, survey: str | None) -> Response:
    if desk.fields.get("do") == "more":
        return _form(desk, survey)
    zone = desk.advertiser.zone
    if survey is None:
        told = desk.api("POST", "surveys", asked(desk.fields, zone), headers=desk.once)
        return desk.go(f"surveys/{told.body['survey']}", "made") if told.ok else _form(desk, None, told)
    place = f"surveys/{segment(survey)}"
    body = asked(desk.fields, zone, read(desk, place))
    told = desk.api("PUT", place, body, headers=desk.if_unchanged)
    return desk.go(f"surveys/{survey}", "saved") if told.ok else _form(desk, survey, told)


def _results(desk: Desk, survey: str, refused: Answer | None = None, own: Own | None = None) -> Response:
    place = f"surveys/{segment(survey)}"
    known, figures = read(desk, place), read(desk, f"{place}/statistics")
    drawn = desk.api("GET", f"{place}/statistics.svg")
    templates = everything(desk, "templates", "templates")
    draws = read(desk, f"{place}/draws")["draws"] if known["kind"] == "contest" else []
    return desk.page(
        "survey",
        refused.status if refused else 200,
        notices=_NOTICES,
        survey=_named(desk, known),
        figures=figures,
        picture=f"data:image/svg+xml;base64,{b64encode(str(drawn.body).encode()).decode()}" if drawn.ok else "",
        asked_by=[one["template"] for one in templates if one["survey"] == survey],
        templates=[(one["template"], one["template"]) for one in templates if not one["survey"]],
        draws=draws,
        errors=problems(desk, refused, own or {}) if refused else {},
        may_change=desk.may("PUT", "surveys"),
        may_read_all=desk.may("GET", "surveys/{survey}/answers.csv"),
    )


def _table(desk: Desk, survey: str) -> Response:
    told = desk.api("GET", f"surveys/{segment(survey)}/answers.csv")
    if not told.ok:
        raise Refused(told)
    named = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{survey}.csv"'}
    return Response(told.body, headers={**HEADERS, **named})


def _named(desk: Desk, survey: Mapping[str, Any]) -> dict[str, Any]:
    words, look = STATES[survey["state"]]
    return dict(survey) | {"what": desk.say(*KINDS[survey["kind"]]), "state_words": desk.say(*words), "look": look}
