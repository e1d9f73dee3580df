"""Flash sales: a text to a segment at a time. Planned, rehearsed, approved, launched, watched as it leaves, paused."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalice.app import Response

from chalicelib.clock import SECOND
from chalicelib.errors import NotFound
from chalicelib.web.console_pages.api import Answer, Problem
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.journey_words import shortened
from chalicelib.web.console_pages.problem_words import said_problems
from chalicelib.web.console_pages.reading import everything, read
from chalicelib.web.console_pages.reason_words import said_reason
from chalicelib.web.console_pages.rehearsal_view import foreseen, money

STATES = {
    "draft": (("à répéter", "to be rehearsed"), "plain"),
    "rehearsed": (("répétée", "rehearsed"), "plain"),
    "scheduled": (("prévue", "scheduled"), "wait"),
    "running": (("part en ce moment", "leaving now"), "good"),
    "paused": (("en pause", "paused"), "bad"),
    "done": (("partie", "done"), "good"),
    "cancelling": (("s’annule", "being cancelled"), "bad"),
    "cancelled": (("annulée", "cancelled"), "bad"),
}
NOTICES: Notices = {
    "planned": ("C’est prévu. Répétez-la avant de la lancer.", "It is planned. Rehearse it before it is launched."),
    "rehearse": ("Voici ce qui arriverait. Rien n’est parti.", "This is what would happen. Nothing has left."),
    "approve": ("Approuvée : une autre personne peut la lancer.", "Approved: another person may launch it."),
    "launch": ("Lancée.", "Launched."),
    "pause": ("En pause : plus rien ne part.", "Paused: nothing leaves any more."),
    "resume": ("Elle continue.", "It goes on."),
    "cancel": ("Annulée : ce qui n’est pas parti ne partira pas.", "Cancelled: what has not left never leaves."),
}
REFUSED = {
    "not_rehearsed": ("Répétez-la d’abord telle qu’elle est.", "Rehearse it first as it is now."),
    "template_changed": ("Le texte a changé : répétez-la encore.", "Its text was changed: rehearse it again."),
    "rehearsal_too_old": ("La répétition a plus d’une semaine.", "Its rehearsal is more than a week old."),
    "nobody": ("Personne ne la recevrait.", "Nobody would get it."),
    "needs_approval": (
        "Au-delà de vos limites : une autre personne doit d’abord l’approuver.",
        "Above your limits: another person has to approve it first.",
    ),
    "needs_another_person": (
        "Vous l’avez approuvée vous-même : une autre personne doit la lancer.",
        "You approved it yourself: another person has to launch it.",
    ),
}
_WAITS_FOR = {
    "opt_outs": ("Elle attend la liste des STOP de l’opérateur.", "It waits for the provider’s list of opt-outs."),
    "template_changed": ("Son texte a changé : elle s’est mise en pause.", "Its text was changed: it has paused."),
}
_GOING = ("scheduled", "running", "cancelling")
_DEEDS = ("rehearse", "approve", "launch", "pause", "resume", "cancel")
_USUAL = {
    "name": "",
    "segment": "",
    "template": "",
    "start_at": "",
    "pace_per_minute": "600",
    "hours": "12",
    "link": "",
}


def show(desk: Desk, *rest: str) -> Response:
    """The list; a new one; one, and what of it moves; its plan; what became of it against the rehearsal."""
    match rest:
        case ():
            found = everything(desk, "broadcasts", "broadcasts")
            return desk.page("flash_sales", sales=found, states=STATES, may_change=desk.may("POST", "broadcasts"))
        case ("new",):
            return _form(desk)
        case (sale,):
            return _one(desk, sale)
        case (sale, "live"):
            return desk.part("flash_sale_live", **_live(desk, read(desk, f"broadcasts/{sale}")))
        case (sale, "plan"):
            return _form(desk, read(desk, f"broadcasts/{sale}"))
        case (sale, "differences"):
            return _differences(desk, sale)
        case _:
            raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Plan it, change the plan, or do what a button says."""
    match rest:
        case ("new",):
            return _save(desk, None)
        case (sale, "plan"):
            return _save(desk, read(desk, f"broadcasts/{sale}"))
        case (sale, deed) if deed in _DEEDS:
            done = desk.api("POST", f"broadcasts/{sale}/{deed}")
            return desk.go(f"flash-sales/{sale}", deed) if done.ok else _one(desk, sale, done)
        case _:
            raise NotFound("form")


def _one(desk: Desk, sale: str, refused: Answer | None = None) -> Response:
    known = read(desk, f"broadcasts/{sale}")
    segment = desk.api("GET", f"segments/{known['segment']}")
    template = desk.api("GET", f"templates/{known['template']}")
    found = known["rehearsal"]
    return desk.page(
        "flash_sale",
        refused.status if refused else 200,
        notices=NOTICES,
        segment=segment.body["name"] if segment.ok else known["segment"],
        text=shortened(template.body["text"], desk.say, {"brand": desk.advertiser.brand}) if template.ok else "",
        foreseen=foreseen(found, desk.say, desk.advertiser.zone, by_day=True) if found else None,
        refused=_why(desk, refused) if refused else "",
        may={deed: desk.may("POST", f"broadcasts/{{broadcast}}/{deed}") for deed in _DEEDS},
        **_live(desk, known),
    )


def _why(desk: Desk, refused: Answer) -> str:
    found = said_problems(refused.errors, desk).values()
    return " ".join(desk.say(*REFUSED[one.rule]) if one.rule in REFUSED else one.message for one in found)


def _live(desk: Desk, known: dict[str, Any]) -> dict[str, Any]:
    """What moves while it leaves, as the reports tell it."""
    values: dict[str, Any] = {
        "sale": known,
        "states": STATES,
        "going": known["state"] in _GOING,
        "stages": {},
        "falls": [],
    }
    values["waits_for"] = desk.say(*_WAITS_FOR[known["waits_for"]]) if known["waits_for"] in _WAITS_FOR else ""
    values["planned"] = known["rehearsal"]["audience"] if known["rehearsal"] else 0
    values["revenue"] = []
    if not known["launched_at"]:
        return values
    zone = ZoneInfo(desk.advertiser.zone)
    since = datetime.fromtimestamp(known["launched_at"] / SECOND, zone).date().isoformat()
    asked = {"campaign": known["broadcast"], "class": "all", "since": since}
    funnel, results = desk.api("GET", "reports/funnel", query=asked), desk.api("GET", "reports/results", query=asked)
    if funnel.ok:
        stages = {stage["stage"]: stage for stage in funnel.body["stages"]}
        values["stages"] = stages
        values["falls"] = [
            (said_reason(fall["reason"], desk.say), fall["number"])
            for name in ("sent", "delivered")
            for fall in stages[name]["falls"]
        ]
    if results.ok:
        earned = results.body["purchases"]["confirmed"]["revenue_micro"]
        values["revenue"] = [money({"micro": micro, "currency": name}, desk.say) for name, micro in earned.items()]
    return values


def _form(desk: Desk, known: dict[str, Any] | None = None, refused: Answer | None = None) -> Response:
    given = _USUAL | {"segment": desk.parameters.get("segment", "")} | _typed(desk, known) | desk.fields
    templates = [
        (one["template"], f"{one['template']} — {shortened(one['text'], desk.say, {'brand': desk.advertiser.brand})}")
        for one in everything(desk, "templates", "templates")
    ]
    segments = everything(desk, "segments", "segments")
    names: dict[str, Problem] = said_problems(refused.errors, desk) if refused else {}
    return desk.page(
        "flash_sale_plan",
        refused.status if refused else 200,
        sale=known,
        given=given,
        templates=templates,
        segments=[(one["segment"], f"{one['name']} ({one['members']})") for one in segments],
        errors={"hours" if name == "expires_in_s" else name: one for name, one in names.items()},
    )


def _typed(desk: Desk, known: dict[str, Any] | None) -> dict[str, str]:
    """A plan as its form shows it."""
    if known is None:
        return {}
    told = {name: str(known[name] or "") for name in ("name", "segment", "template", "pace_per_minute", "link")}
    start = known["start_at"]
    local = datetime.fromtimestamp(start / SECOND, ZoneInfo(desk.advertiser.zone)) if start else None
    at = local.strftime("%Y-%m-%dT%H:%M") if local else ""
    return told | {"start_at": at, "hours": f"{known['expires_in_s'] / 3600:g}"}


def _save(desk: Desk, known: dict[str, Any] | None) -> Response:
    given = {name: value.strip() for name, value in desk.fields.items()}
    hours = given.get("hours", "").replace(",", ".")
    body: dict[str, Any] = {name: given.get(name, "") for name in ("name", "segment", "template")}
    body["pace_per_minute"] = _whole(given.get("pace_per_minute", ""))
    body["expires_in_s"] = round(float(hours) * 3600) if hours.replace(".", "", 1).isdecimal() else hours
    body["start_at"] = _moment(given.get("start_at", ""), desk.advertiser.zone)
    body["link"] = given.get("link") or None
    body["sender"] = known["sender"] if known else None
    saved = desk.api("PUT", f"broadcasts/{known['broadcast']}", body) if known else desk.api("POST", "broadcasts", body)
    return desk.go(f"flash-sales/{saved.body['broadcast']}", "planned") if saved.ok else _form(desk, known, saved)


def _whole(typed: str) -> int | str:
    return int(typed) if typed.isdecimal() else typed


def _moment(typed: str, zone: str) -> str | None:
    """A moment of the advertiser's clock, as the API takes it; what is none stays as it was typed."""
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        return typed


def _differences(desk: Desk, sale: str) -> Response:
    after = desk.parameters.get("after", "")
    told = read(desk, f"broadcasts/{sale}/differences", **({"after": after} if after else {}))
    rows = [
        {"message": one["message"], "was": _outcome(desk, one["foreseen"]), "became": _outcome(desk, one["became"])}
        for one in told["differences"]
    ]
    more = told.get("next") or told.get("after")
    return desk.page(
        "flash_sale_differences", sale=read(desk, f"broadcasts/{sale}"), told_of=told, rows=rows, more=more
    )


def _outcome(desk: Desk, one: dict[str, Any] | None) -> str:
    if one is None:
        return desk.say("n’y était pas", "was not there")
    words = {"sent": ("part", "leaves"), "waiting": ("attend", "waits"), "not_made": ("rien", "nothing")}
    if one["outcome"] == "refused":
        return said_reason(one["reason"] or "", desk.say)
    return desk.say(*words[one["outcome"]])
