"""`/console/opt-in/leads`: people who left their number elsewhere: Facebook Lead Ads, a form tool, a till."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.ids import random_token
from chalicelib.web.console_pages.api import Answer, segment
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.form_words import Own, problems
from chalicelib.web.console_pages.opt_in_form import text_id
from chalicelib.web.console_pages.reading import everything

_MAPPED = ("phone", "consent.sms_marketing", "consent.matching", "consent_at", "email", "first_name")
_FIELDS = {f"mapping.{name}": name for name in _MAPPED} | {
    "mapping.consent": "consent.sms_marketing",
    "wording": "text",
    "mapping": "phone",
}
_WRONG: Own = {
    ("consent_at", "required"): (
        "Un outil dit aussi quand la personne a accepté.",
        "A tool also says when the person agreed.",
    ),
    ("text", "registered"): ("Écrivez le texte à côté de la case.", "Write the text beside the box."),
    ("app_secret", "kind"): (
        "Facebook demande la clé secrète et le jeton ; un autre outil, ni l’un ni l’autre.",
        "Facebook needs the app’s secret and the token; another tool neither.",
    ),
}


def page(desk: Desk, refused: Answer | None = None, made: dict[str, Any] | None = None) -> Response:
    """The tools, and the form for another; a new one's secret is shown this once."""
    return desk.page(
        "opt_in_leads",
        refused.status if refused else 200,
        notices={"removed": ("Plus rien n’est pris de cet outil.", "Nothing is taken from this tool any more.")},
        sources=everything(desk, "lead-sources", "sources"),
        made=made,
        given=desk.fields if refused else {"kind": "facebook"},
        errors=problems(desk, refused, _WRONG, _FIELDS) if refused else {},
        once=random_token(),
        may_change=desk.may("POST", "lead-sources"),
    )


def register(desk: Desk) -> Response:
    """Register a tool."""
    given = {name: value.strip() for name, value in desk.fields.items()}
    text = given.get("text", "")
    body: dict[str, Any] = {
        "name": given.get("name", ""),
        "kind": given.get("kind", ""),
        "mapping": {name: given[name] for name in _MAPPED if given.get(name)},
        "wording": text_id("lead", desk.language, text),
        "text": text or None,
    }
    body |= {name: given[name] for name in ("app_secret", "access_token") if given.get(name)}
    once = given.get("once", "")
    told = desk.api("POST", "lead-sources", body, headers={"Idempotency-Key": once} if once else None)
    return page(desk, made=told.body) if told.ok else page(desk, told)


def remove(desk: Desk) -> Response:
    """Take a tool away."""
    told = desk.api("DELETE", f"lead-sources/{segment(desk.fields.get('source', ''))}")
    return desk.go("opt-in/leads", "removed") if told.ok else page(desk, told)
