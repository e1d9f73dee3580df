"""A box of a journey's picture, as a form: it is saved as the journey's next version, by the API with its checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Response
from pydantic import ValidationError

from chalicelib.audience.conditions import Condition
from chalicelib.errors import NotFound
from chalicelib.journeys.definition import Journey
from chalicelib.web.console_pages import journey_edits as edits
from chalicelib.web.console_pages.api import Answer, Problem
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.fact_words import EVENTS, STEP, TRIGGER
from chalicelib.web.console_pages.journey_edits import Document
from chalicelib.web.console_pages.journey_words import exit_said
from chalicelib.web.console_pages.known_values import fields_seen, offered_values, own_fields
from chalicelib.web.console_pages.problem_words import said_problems
from chalicelib.web.console_pages.reading import everything, read
from chalicelib.web.console_pages.rule_rows import WRONG, Group, Row, choices, operators, rows_from, rows_of
from chalicelib.web.console_pages.text_choices import text_choices

_SPARE_ROWS = 1


def show(desk: Desk, journey: str) -> Response:
    """The form of a box (`?box=step&at=0`)."""
    known = read(desk, f"journeys/{journey}")
    return _form(desk, known, known["document"])


def act(desk: Desk, journey: str) -> Response:
    """Save what a form says; with `do=row` only show one more line for a condition."""
    known = read(desk, f"journeys/{journey}")
    document: Document = known["document"]
    do, _, which = desk.fields.get("do", "save").partition(":")
    try:
        changed = _changed(desk, document, do, which)
    except edits.Gone:
        raise NotFound("box") from None
    if do == "row":
        return _form(desk, known, changed, rows=2)
    body = {"document": changed, "running": desk.fields.get("running", known["running"])}
    saved = desk.api("PUT", f"journeys/{journey}", body)
    if not saved.ok:
        return _form(desk, known, changed, saved)
    place = f"journeys/{journey}"
    if do == "add-step":
        return desk.go(f"{place}/change?box=step&at={_at(desk) + 1}", "saved")
    return desk.go(f"{place}#{desk.fields.get('box', '')}-{desk.fields.get('at', '0')}", "saved")


def _changed(desk: Desk, document: Document, do: str, which: str) -> Document:
    """The document as a button leaves it. What else the form says is taken first, but where the box goes."""
    posted, at, number = desk.posted, _at(desk), _at(desk, "text")
    match desk.fields.get("box"), do:
        case "begin", _:
            return edits.begun_by(document, posted)
        case "end", _:
            return edits.ended_by(document, posted)
        case "step", "remove":
            return edits.removed_step(document, at)
        case "step", _:
            changed = edits.with_step(document, at, posted)
            if do == "add-step":
                return edits.added_step(changed, at)
            if do == "compare":
                return edits.compared(changed, at)
            return edits.kept(changed, at, which) if do == "keep" else changed
        case "text", "remove":
            return edits.removed_text(document, at, number)
        case "text", _:
            return edits.with_text(document, at, number, posted)
        case "new-text", _:
            return edits.added_text(document, at, number, posted)
        case _:
            raise NotFound("box")


def _form(
    desk: Desk, known: dict[str, Any], document: Document, refused: Answer | None = None, *, rows: int = _SPARE_ROWS
) -> Response:
    asked = desk.fields or desk.parameters
    box = asked.get("box", "")
    values = _VALUES.get(box)
    if values is None:
        raise NotFound("box")
    errors = _errors(desk, refused, box, _at(desk)) if refused else {}
    try:
        shown = values(desk, document)
    except edits.Gone:
        raise NotFound("box") from None
    return desk.page(
        "journey_change",
        refused.status if refused else 200,
        journey=known,
        box=box,
        at=_at(desk),
        text=_at(desk, "text"),
        spare=rows,
        operators=operators(desk.say),
        values=offered_values({}, STEP, desk.say),
        running=desk.fields.get("running", known["running"]),
        errors=errors,
        **shown,
    )


def _begin(desk: Desk, document: Document) -> dict[str, Any]:
    when, audience = (
        _rows(desk, document["trigger"]["when"], "trigger.when"),
        _rows(desk, document["audience"], "audience"),
    )
    return {
        "name": document["name"],
        "holdout": document["holdout"],
        "when": when,
        "audience": audience,
        "facts": choices(TRIGGER, when, desk.say),
        "audience_facts": _step_facts(desk, audience),
        "title": desk.say("Comment il commence", "How it begins"),
    }


def _step(desk: Desk, document: Document) -> dict[str, Any]:
    step = edits.step_of(document, _at(desk))
    step = _DEFAULTS | step | {"wait": _WAIT | step.get("wait", {})}
    rows = _rows(desk, step["when"], "when")
    amount, unit = edits.parted(step["wait"]["minutes"])
    late, late_unit = edits.parted(step["expires"])
    return {
        "step": step,
        "steps": len(document["steps"]),
        "wait": {"amount": amount, "unit": unit},
        "late": {"amount": late, "unit": late_unit},
        "when": rows,
        "facts": _step_facts(desk, rows),
        "senders": _senders(desk),
        "since": _since(desk, step["wait"]["since"], first=_at(desk) == 0),
        "title": desk.say(f"SMS {_at(desk) + 1}", f"SMS {_at(desk) + 1}"),
    }


def _text(desk: Desk, document: Document) -> dict[str, Any]:
    texts = edits.texts_of(edits.step_of(document, _at(desk)))
    number = _at(desk, "text")
    if number >= len(texts):
        raise edits.Gone
    return _text_form(desk, texts[number]) | {"is_last": len(texts) == 1, "title": desk.say("Ce texte", "This text")}


def _new_text(desk: Desk, document: Document) -> dict[str, Any]:
    edits.step_of(document, _at(desk))
    title = desk.say("Un texte de plus", "One more text")
    return _text_form(desk, {"template": desk.fields.get("template", ""), "when": []}) | {
        "is_last": True,
        "title": title,
    }


def _text_form(desk: Desk, text: Document) -> dict[str, Any]:
    rows = _rows(desk, text["when"], "when")
    return {"chosen": text["template"], "templates": text_choices(desk), "when": rows, "facts": _step_facts(desk, rows)}


def _end(desk: Desk, document: Document) -> dict[str, Any]:
    chosen = [one["on"] for one in document["exits"] if edits.plain(_EXIT | one)]
    again, unit = edits.parted(document["limits"]["reentry"])
    reply = "pause" if document["pauses"] else "end" if "reply" in chosen else "go_on"
    return {
        "chosen": chosen,
        "events": {name: desk.say(*both) for name, both in EVENTS.items() if name != "reply"},
        "conditional": _conditional(desk, document),
        "reply": reply,
        "pause_hours": document["pauses"][0]["hours"] if document["pauses"] else 24,
        "limits": document["limits"],
        "again": {"amount": again, "unit": unit},
        "title": desk.say("Ce qui l’arrête", "What ends it"),
    }


def _conditional(desk: Desk, document: Document) -> list[tuple[int, str]]:
    """Exits with a condition, by their place: they are kept or taken out, as they are."""
    try:
        exits = Journey.model_validate(document).exits
    except ValidationError:
        return []
    return [(place, exit_said(one, desk.say)) for place, one in enumerate(exits) if one.when or one.of != "subject"]


_VALUES: Mapping[str, Callable[[Desk, Document], dict[str, Any]]] = {
    "begin": _begin,
    "step": _step,
    "text": _text,
    "new-text": _new_text,
    "end": _end,
}
_WAIT = {"minutes": 0, "since": "previous", "at": None, "best_hour": False, "cases": []}
_DEFAULTS: Document = {"when": [], "texts": [], "variants": [], "sender": None, "at_most": None, "within_days": 366}
_EXIT = {"when": [], "of": "subject"}


def _rows(desk: Desk, conditions: list[Any], prefix: str) -> list[Row]:
    """As they were typed where a form was posted, else as they are saved."""
    if desk.posted:
        return rows_from(desk.posted, prefix)
    return rows_of([Condition.model_validate(one) for one in conditions], desk.say)


def _step_facts(desk: Desk, rows: list[Row]) -> list[Group]:
    """What a step may ask: the shop's own segments and fields too."""
    segments = {one["segment"]: one["name"] for one in everything(desk, "segments", "segments")}
    return choices(STEP, rows, desk.say, segments=segments, fields=own_fields(fields_seen(desk)))


def _since(desk: Desk, chosen: str, *, first: bool) -> list[tuple[str, str]]:
    """What a wait can be counted from; of the first step, `previous` is the last sign too."""
    sign = desk.say("le dernier signe du visiteur", "the visitor’s last sign")
    began = ("trigger", desk.say("ce qui l’a commencé", "what began it"))
    if first:
        return [("previous" if chosen == "previous" else "last_activity", sign), began]
    return [("previous", desk.say("l’étape précédente", "the step before")), ("last_activity", sign), began]


def _senders(desk: Desk) -> list[tuple[str, str]]:
    names = dict.fromkeys(one["value"] for one in everything(desk, "senders", "senders"))
    return [(name, name) for name in names]


def _errors(desk: Desk, refused: Answer, box: str, at: int) -> dict[str, Problem]:
    """What is wrong, by this form's own fields; what is wrong elsewhere keeps its whole name."""
    lead = f"steps.{at}." if box in ("step", "text", "new-text") else ""
    known = {name.removeprefix("document.").removeprefix(lead): one for name, one in refused.errors.items()}
    named = {}
    for name, problem in known.items():
        field = next((field for field in _FIELDS if name == field or name.startswith(f"{field}.")), name)
        if box in ("text", "new-text") and name.endswith(".template"):
            field = "template"
        if field in _CONDITIONS and problem.rule == "value_error":
            problem = Problem(problem.rule, desk.say(*WRONG))
        named[field] = problem
    return said_problems(named, desk)


_CONDITIONS = ("when", "trigger.when", "audience")
_FIELDS = (
    *(
        "wait.minutes",
        "wait.at",
        "wait.since",
        "wait",
        "expires",
        "at_most",
        "within_days",
        "sender",
        "when",
        "variants",
    ),
    *("trigger.when", "audience", "name", "holdout"),
    *("limits.reentry", "limits.at_most", "limits.within_days", "pauses", "exits"),
)


def _at(desk: Desk, name: str = "at") -> int:
    given = (desk.fields or desk.parameters).get(name, "0")
    return int(given) if given.isdecimal() and len(given) < 3 else 0
