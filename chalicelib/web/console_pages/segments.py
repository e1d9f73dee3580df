"""Segments: how many are in each and why some are not reached, made by rules in a plain form, or filled by hand."""

from __future__ import annotations

import re
from typing import Any

from chalice.app import Response

from chalicelib.audience.conditions import Condition
from chalicelib.audience.segments import Group
from chalicelib.errors import NotFound
from chalicelib.web.console_pages.api import Answer, Problem
from chalicelib.web.console_pages.condition_words import told_rules
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.fact_words import SEGMENT
from chalicelib.web.console_pages.known_values import fields_seen, offered_values, own_fields
from chalicelib.web.console_pages.problem_words import said_problems
from chalicelib.web.console_pages.reading import everything, read
from chalicelib.web.console_pages.rehearsal_view import foreseen
from chalicelib.web.console_pages.rule_rows import WRONG, Row, choices, conditions_from, operators, rows_from, rows_of
from chalicelib.web.console_pages.typed import lines

NOTICES: Notices = {
    "made": (
        "Le segment est fait. Il se remplit en quelques minutes.",
        "The segment is made. It fills within minutes.",
    ),
    "list_made": ("La liste est faite. Ajoutez-y des personnes.", "The list is made. Put people into it."),
    "changed": ("Enregistré.", "Saved."),
    "moved": ("La liste est à jour.", "The list is up to date."),
    "removed": ("Le segment n’est plus là.", "The segment is gone."),
}
_SPARE_ROWS = 2
_SHOWN_MEMBERS = "8"
_PHONE = re.compile(r"[+0-9][0-9 ().+-]{4,30}")


def show(desk: Desk, *rest: str) -> Response:
    """The list; the form of a new one; one with its size; its rules."""
    match rest:
        case ():
            return desk.page(
                "segments", notices=NOTICES, segments=_listed(desk), may_change=desk.may("POST", "segments")
            )
        case ("new",):
            return _form(desk)
        case (segment,):
            return _one(desk, segment)
        case (segment, "rules"):
            return _form(desk, read(desk, f"segments/{segment}"))
        case (segment, "people" | "remove"):
            return desk.go(f"segments/{segment}")
        case _:
            raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Make one, change it, fill a list, remove it."""
    match rest:
        case ("new",):
            return _save(desk, None)
        case (segment, "rules"):
            return _save(desk, read(desk, f"segments/{segment}"))
        case (segment, "people"):
            return _people(desk, segment)
        case (segment, "remove"):
            removed = desk.api("DELETE", f"segments/{segment}")
            return desk.go("segments", "removed") if removed.ok else _one(desk, segment, removed)
        case _:
            raise NotFound("form")


def _listed(desk: Desk) -> list[dict[str, Any]]:
    """Every segment, with its rules in words where it has some."""
    return [one | {"words": _words(desk, one)} for one in everything(desk, "segments", "segments")]


def _words(desk: Desk, segment: dict[str, Any]) -> tuple[str, ...]:
    return told_rules(Group.model_validate(segment["rules"]), desk.say) if segment["rules"] else ()


def _one(desk: Desk, segment: str, refused: Answer | None = None, rows: list[dict[str, Any]] | None = None) -> Response:
    known = read(desk, f"segments/{segment}")
    if desk.is_part:
        return desk.unchanged() if known["state"] == "building" else desk.anew(f"segments/{segment}")
    reach = desk.api("POST", f"segments/{segment}/size", {})
    return desk.page(
        "segment",
        refused.status if refused else 200,
        notices=NOTICES,
        segment=known | {"words": _words(desk, known)},
        reach=foreseen(reach.body, desk.say, desk.advertiser.zone, by_day=True) if reach.ok else None,
        refused=" ".join(one.message for one in refused.errors.values()) if refused else "",
        rows=rows or [],
        members=_some_members(desk, segment),
        typed=desk.fields.get("people", ""),
        may_change=desk.may("PUT", "segments/{segment}"),
        may_look_up=desk.may("POST", "people/find"),
        may_fill=desk.may("POST", "segments/{segment}/members"),
    )


def _some_members(desk: Desk, segment: str) -> list[dict[str, Any]]:
    """A few of them, whom nobody names: what conditions can ask of them, and what they have had last."""
    answer = desk.api("GET", f"segments/{segment}/contacts", query={"limit": _SHOWN_MEMBERS})
    return [
        {
            "person": one["person"],
            "fields": [(_field_said(name, desk), value) for name, value in sorted(one["fields"].items())],
            "consented": not one["opposed"] and one["consents"].get("sms_marketing", {}).get("given", False),
            "last_sent_at": one["last_send"]["at"] if one["last_send"] else None,
        }
        for one in (answer.body["contacts"] if answer.ok else ())
    ]


def _field_said(name: str, desk: Desk) -> str:
    """What a field is called: a place by its own word, another as it was imported."""
    known = SEGMENT.get(f"location.{name}") or SEGMENT.get(f"contact.{name}")
    return desk.say(*known.label) if known else name


def _form(
    desk: Desk,
    known: dict[str, Any] | None = None,
    *,
    spare: int = _SPARE_ROWS,
    refused: Answer | None = None,
    preview: dict[str, Any] | None = None,
) -> Response:
    rules = (known or {}).get("rules") or {"all": []}
    rows = rows_from(desk.posted, "rules") if desk.posted else _rows(desk, rules)
    seen = fields_seen(desk)
    errors = said_problems(refused.errors, desk) if refused else {}
    given = desk.fields
    return desk.page(
        "segment_rules",
        refused.status if refused else 200,
        segment=known,
        words=_words(desk, known) if known and rows is None else (),
        rows=rows,
        spare=spare,
        facts=choices(SEGMENT, rows or (), desk.say, fields=own_fields(seen)),
        values=offered_values(seen, SEGMENT, desk.say),
        operators=operators(desk.say),
        name=given.get("name", (known or {}).get("name", "")),
        kind=given.get("kind", "rules"),
        match=given.get("match", "any" if "any" in rules else "all"),
        errors=_beside_rules(errors, desk),
        wrong=next((number for number in map(_rule_of, errors) if number), None),
        preview=preview,
    )


def _rows(desk: Desk, rules: dict[str, Any]) -> list[Row] | None:
    """The rules as rows; None where groups stand in one another, which no row can show."""
    parts = rules.get("all") or rules.get("any") or []
    if any("fact" not in part for part in parts):
        return None
    return rows_of([Condition.model_validate(part) for part in parts], desk.say)


def _beside_rules(errors: dict[str, Problem], desk: Desk) -> dict[str, Problem]:
    """What is wrong with the rules stands beside them: the first thing, and of which of them it is."""
    told: dict[str, Problem] = {}
    for name, problem in errors.items():
        number = _rule_of(name)
        lead = desk.say(f"Règle {number} : ", f"Rule {number}: ") if number else ""
        words = desk.say(*WRONG) if number and problem.rule == "value_error" else problem.message
        told.setdefault(name.partition(".")[0], Problem(problem.rule, f"{lead}{words}"))
    return told


def _rule_of(name: str) -> int | None:
    """Which rule an error is of, counted from 1: `rules.all.0.value` is of the first."""
    return next((int(part) + 1 for part in name.split(".") if part.isdecimal()), None)


def _save(desk: Desk, known: dict[str, Any] | None) -> Response:
    given, body = desk.fields, _body(desk, known)
    do = given.get("do", "save")
    if do == "row":
        return _form(desk, known, spare=_SPARE_ROWS + 1)
    if do == "size":
        asked = desk.api("POST", "segments/preview", {"rules": body.get("rules")})
        return _form(desk, known, preview=asked.body) if asked.ok else _form(desk, known, refused=asked)
    saved = desk.api("PUT", f"segments/{known['segment']}", body) if known else desk.api("POST", "segments", body)
    if not saved.ok:
        return _form(desk, known, refused=saved)
    told = "changed" if known else "made" if "rules" in body else "list_made"
    return desk.go(f"segments/{saved.body['segment']}", told)


def _body(desk: Desk, known: dict[str, Any] | None) -> dict[str, Any]:
    given = desk.fields
    body: dict[str, Any] = {"name": given.get("name", "").strip()}
    by_hand = known["kind"] != "rules" if known else given.get("kind") == "by_hand"
    if by_hand:
        return body
    if known and _rows(desk, known["rules"]) is None:
        return body | {"rules": known["rules"]}
    match = "any" if given.get("match") == "any" else "all"
    return body | {"rules": {match: conditions_from(rows_from(desk.posted, "rules"))}}


def _people(desk: Desk, segment: str) -> Response:
    """Put people in, or take them out: one in each line, by phone, e-mail or customer id."""
    given = desk.fields
    named = lines(given.get("people", ""))
    where = "remove" if given.get("do") == "remove" else "add"
    moved = desk.api("POST", f"segments/{segment}/members", {where: [_named(line) for line in named]})
    if not moved.ok:
        return _one(desk, segment, moved)
    told = moved.body["removed" if where == "remove" else "added"]
    if not told["errors"]:
        return desk.go(f"segments/{segment}", "moved")
    problems = {str(one["row"]): Problem(one["rule"], one["message"]) for one in told["errors"]}
    said = said_problems(problems, desk)
    rows = [{"line": named[int(row)], "why": problem.message} for row, problem in said.items()]
    return _one(desk, segment, rows=rows)


def _named(line: str) -> dict[str, str]:
    """Whom a line means, by how it looks."""
    if "@" in line:
        return {"email": line}
    return {"phone": line} if _PHONE.fullmatch(line) else {"customer_id": line}
