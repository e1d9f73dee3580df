"""`/console/contacts`: the base as it stands, and a list that is checked, then loaded, with each row's refusal."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import Any

from chalice.app import Response

from chalicelib.errors import InvalidInput, NotFound
from chalicelib.web.console_pages.api import Answer, segment
from chalicelib.web.console_pages.contact_words import ASKED, FIELD_WORDS, MAPPED, STANDINGS, WRONG, csv_of, in_words
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.form_words import problems

_SHOWN = 100
_NEW = "new"


def show(desk: Desk, *rest: str) -> Response:
    """The base, and the form that a list goes into."""
    if rest:
        raise NotFound("page")
    return _form(desk, {"day_first": "yes"}, {})


def act(desk: Desk, *rest: str) -> Response:
    """Check a list, or load it; whole, or by a script in pieces."""
    if rest == ("piece",):
        return _piece(desk)
    if rest:
        raise NotFound("page")
    given = desk.fields
    if not given.get("rows", "").strip():
        empty = desk.say("Collez votre liste, avec la ligne des titres.", "Paste your list, with its line of titles.")
        return _form(desk, given, {"rows": empty}, 422)
    if given.get("do") == "back":
        return _form(desk, given, {})
    loads = given.get("do") == "load"
    if loads and (wrong := _keep_wording(desk)):
        return _checked(desk, wrong, loads=False)
    return _checked(desk, _import(desk, loads=loads), loads=loads)


def _piece(desk: Desk) -> Response:
    """A part of a larger file, with its line of titles: what became of it, as JSON."""
    loads = desk.fields.get("do") == "load"
    answer = (_keep_wording(desk) if loads else None) or _import(desk, loads=loads)
    told: dict[str, Any] = {"rows": 0, "accepted": 0, "merged": 0, "refused": 0, "errors": [], "problem": ""}
    if answer.ok:
        told |= {name: answer.body[name] for name in ("rows", "accepted", "merged", "refused")}
        told["errors"] = [asdict(in_words(error, desk.say)) for error in answer.body["errors"]]
    else:
        told["problem"] = " ".join(problem.message for problem in problems(desk, answer, WRONG).values())
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(json.dumps(told, ensure_ascii=False), headers={**headers})


def _import(desk: Desk, *, loads: bool) -> Answer:
    given = desk.fields
    return desk.api("POST", "imports", given.get("rows", ""), query=_asked(given, loads=loads), kind="text/csv")


def _form(desk: Desk, given: dict[str, Any], errors: dict[str, Any], status: int = 200) -> Response:
    standing = desk.api("GET", "base")
    return desk.page(
        "contacts/form",
        status,
        given=given,
        errors=errors,
        standing=standing.body if standing.ok else None,
        standings=STANDINGS,
        wordings=_wordings(desk),
        may_load=desk.may("POST", "imports"),
    )


def _checked(desk: Desk, answer: Answer, *, loads: bool) -> Response:
    given = desk.fields
    header = _header(given["rows"])
    wrong = {} if answer.ok else problems(desk, answer, WRONG)
    if wrong and not header:
        return _form(desk, given, {"rows": next(iter(wrong.values())).message}, answer.status)
    report: dict[str, Any] = answer.body if answer.ok else {}
    columns: dict[str, str] = report["columns"] if report else _guessed(header, given)
    errors = [] if not report else [in_words(error, desk.say) for error in report["errors"]]
    return desk.page(
        "contacts/report",
        answer.status,
        given=given,
        header=header,
        mapped=[(field, desk.say(*FIELD_WORDS[field]), columns.get(field)) for field in MAPPED],
        others={name: column for name, column in columns.items() if name not in FIELD_WORDS},
        report=report or None,
        errors=wrong,
        answers_missing=wrong.keys() <= ASKED,
        refused=errors[:_SHOWN],
        more=max(0, len(errors) - _SHOWN),
        download=csv_of(report["errors"], given["rows"], desk.say) if report and report["errors"] else "",
        loaded=loads and answer.ok,
        wordings=_wordings(desk),
    )


def _asked(given: dict[str, str], *, loads: bool) -> dict[str, str]:
    """The import's options out of the form."""
    asked = {"zone": "Europe/Paris", "dry_run": "false" if loads else "true"}
    asked |= {name: given[name] for name in given if name.startswith(("map.", "all.")) and given[name].strip()}
    if "day_first" in given:
        asked["day_first"] = "true"
    if wording := _wording_of(given):
        asked["wording"] = wording
    return asked


def _wording_of(given: dict[str, str]) -> str:
    chosen = given.get("wording", "")
    return given.get("wording_name", "").strip() if chosen == _NEW else chosen


def _keep_wording(desk: Desk) -> Answer | None:
    """Register a text that was typed; what the API said against it, or None."""
    given = desk.fields
    if given.get("wording") != _NEW:
        return None
    texts = {
        purpose: given[f"text.{purpose}"]
        for purpose in ("sms_marketing", "matching")
        if given.get(f"text.{purpose}", "").strip()
    }
    body = {"language": "fr", "texts": texts}
    answer = desk.api("PUT", f"wordings/{segment(_wording_of(given) or '-')}", body)
    return None if answer.ok else answer


def _wordings(desk: Desk) -> list[dict[str, Any]]:
    answer = desk.api("GET", "wordings")
    return list(answer.body["wordings"]) if answer.ok else []


def _guessed(header: tuple[str, ...], given: dict[str, str]) -> dict[str, str]:
    """Field to column, as far as it can be told of a list that was not taken."""
    from chalicelib.audience.import_columns import resolve

    chosen = {name.removeprefix("map."): column for name, column in given.items() if name.startswith("map.") and column}
    try:
        return resolve(header, chosen).told(header)
    except InvalidInput:
        return chosen


def _header(rows: str) -> tuple[str, ...]:
    from chalicelib.audience.import_files import inspect

    try:
        return inspect(lambda: io.BytesIO(rows.encode())).header
    except InvalidInput:
        return ()
