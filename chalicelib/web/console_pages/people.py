"""`/console/people…`: somebody is looked up, with a reason that stays on record; and what can be done for them."""

from __future__ import annotations

import json
import re
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web import inbox_words
from chalicelib.web.console_pages.api import Problem, segment
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.form_words import problems
from chalicelib.web.console_pages.person_words import EVIDENCE, HOW, PURPOSES, REASONS, SOURCES, standing, told_why
from chalicelib.web.console_pages.reason_words import said_reason
from chalicelib.web.console_pages.site_words import event_name

NOTICES = {
    "erased": (
        "C’est effacé. Le numéro reste sur la liste d’opposition, sous une forme illisible.",
        "Erased. The number stays on the list of oppositions, in a form that nobody can read.",
    ),
    "opposed": ("C’est noté : plus aucune offre ne partira.", "Noted: no offer leaves any more."),
}
_PHONE = re.compile(r"[+0(][0-9 ().+\-\u00a0\u202f]{5,}")
_WRONG = {
    ("reason", "missing"): ("Choisissez une raison.", "Choose a reason."),
    ("reason", "literal_error"): ("Choisissez une raison.", "Choose a reason."),
    ("phone", "mobile"): ("Ce n’est pas un numéro de mobile.", "This is no mobile’s number."),
    ("phone", "phone_number"): ("Ce n’est pas un numéro de téléphone.", "This is no phone number."),
    ("phone", "valid_number"): ("Ce numéro ne peut pas exister.", "This number cannot exist."),
}


def show(desk: Desk, *rest: str) -> Response:
    """The form to look somebody up, or a person's file."""
    match rest:
        case ():
            return _search(desk, {}, {})
        case (person,):
            return _file(desk, person)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Look somebody up; object for them, export, erase."""
    match rest:
        case ():
            return _find(desk)
        case ("object",):
            return _object_phone(desk)
        case (person, "object"):
            return _object(desk, person)
        case (person, "export"):
            return _export(desk, person)
        case (person, "erase"):
            return _erase(desk, person)
    raise NotFound("page")


def _search(desk: Desk, given: dict[str, str], errors: dict[str, Problem], status: int = 200, **more: Any) -> Response:
    options = [("", desk.say("Choisissez…", "Choose…")), *((key, desk.say(*words)) for key, words in REASONS.items())]
    values: dict[str, Any] = {"given": given, "errors": errors, "reason_options": options, "unknown": False}
    return desk.page("people/search", status, notices=NOTICES, **values | more)


def _find(desk: Desk) -> Response:
    given = desk.fields
    named = given.get("who", "").strip()
    if not named:
        wrong = Problem("missing", desk.say("Dites qui vous cherchez.", "Say whom you look for."))
        return _search(desk, given, {"who": wrong}, 422)
    kind = _kind(named)
    answer = desk.api("POST", "people/find", {kind: named, "reason": given.get("reason")})
    if answer.ok:
        return desk.go(f"people/{answer.body['person']}?reason={given['reason']}")
    if answer.status == 404:
        return _search(desk, given, {}, 404, unknown=True, is_phone=kind == "phone")
    return _search(desk, given, problems(desk, answer, _WRONG, dict.fromkeys((kind, ""), "who")), answer.status)


def _object_phone(desk: Desk) -> Response:
    body = {"phone": desk.fields.get("who", ""), "reason": "objection"}
    answer = desk.api("POST", "people/object", body)
    if answer.ok:
        return desk.go("people", "opposed")
    return _search(desk, desk.fields, problems(desk, answer, _WRONG, {"phone": "who"}), answer.status)


def _file(desk: Desk, person: str, status: int = 200, wrong: str = "") -> Response:
    reason = desk.fields.get("reason") or desk.parameters.get("reason", "")
    if reason not in REASONS:
        return desk.go("people")
    answer = desk.api("POST", f"people/{segment(person)}/view", {"reason": reason})
    if not answer.ok:
        raise NotFound("person")
    file = answer.body
    clicks: dict[str, int] = {}
    for click in file["clicks"]:
        if click["class"] == "person" and click["message"]:
            clicks[click["message"]] = clicks.get(click["message"], 0) + 1
    known = inbox_words.in_language(desk.language)
    return desk.page(
        "people/person",
        status,
        notices=NOTICES,
        file=file,
        reason=reason,
        reasons=REASONS,
        name=" ".join(file["profile"].get(part, "") for part in ("first_name", "last_name")).strip(),
        standing=standing(file, desk.say),
        purposes=PURPOSES,
        sources=SOURCES,
        evidence=EVIDENCE,
        how=HOW,
        reason_words=lambda told: said_reason(told, desk.say),
        event_words=lambda event: event_name(event, desk.say),
        sentences={one["message"]: told_why(one, desk) for one in file["messages"]},
        clicks=clicks,
        may_talk=desk.may("GET", "conversations"),
        **{group: known[group] for group in ("states", "journeys", "intents")},
        word=desk.say("EFFACER", "ERASE"),
        wrong=wrong,
    )


def _object(desk: Desk, person: str) -> Response:
    _done(desk, person, "object", "objection")
    return desk.go(f"people/{person}?reason=objection", "opposed")


def _export(desk: Desk, person: str) -> Response:
    file = _done(desk, person, "export", desk.fields.get("reason", ""))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": f'attachment; filename="person-{person[:8]}.json"',
        "Cache-Control": "no-store",
    }
    return Response(json.dumps(file, ensure_ascii=False, indent=2), headers={**headers})


def _erase(desk: Desk, person: str) -> Response:
    if desk.fields.get("word", "").strip().upper() != desk.say("EFFACER", "ERASE"):
        words = desk.say("Rien n’est effacé : le mot n’est pas le bon.", "Nothing is erased: the word is not right.")
        return _file(desk, person, 422, words)
    _done(desk, person, "erase", "erasure")
    return desk.go("people", "erased")


def _done(desk: Desk, person: str, action: str, reason: str) -> Any:
    answer = desk.api("POST", f"people/{segment(person)}/{action}", {"reason": reason})
    if not answer.ok:
        raise NotFound("person")
    return answer.body


def _kind(named: str) -> str:
    """What somebody is named by: an e-mail has an @, a phone is figures behind a 0 or a +."""
    if "@" in named:
        return "email"
    return "phone" if _PHONE.fullmatch(named) else "customer_id"
