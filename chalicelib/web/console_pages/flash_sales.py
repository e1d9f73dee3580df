"""Flash sales: a text to a segment at a time. Planned, rehearsed, approved, launched, watched as it leaves, paused."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.web.console_pages import flash_sale_plan
from chalicelib.web.console_pages.api import Answer
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.flash_sale_progress import live
from chalicelib.web.console_pages.problem_words import said_problems
from chalicelib.web.console_pages.reading import everything, read
from chalicelib.web.console_pages.reason_words import said_reason
from chalicelib.web.console_pages.rehearsal_view import foreseen
from chalicelib.web.console_pages.signers import signer
from chalicelib.web.console_pages.text_choices import first_words

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
    "pause": (
        "En pause : plus rien ne part. Ce qui venait de partir peut encore arriver.",
        "Paused: nothing leaves any more. What had just left may still arrive.",
    ),
    "resume": ("Elle continue.", "It goes on."),
    "cancel": ("Annulée : ce qui n’est pas parti ne partira pas.", "Cancelled: what has not left never leaves."),
}
REFUSED = {
    "409": (
        "Cela ne peut pas se faire dans l’état où elle est : la page vient d’être mise à jour.",
        "This cannot be done as it stands now: the page was just brought up to date.",
    ),
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
_DEEDS = ("rehearse", "approve", "launch", "pause", "resume", "cancel")


def show(desk: Desk, *rest: str) -> Response:
    """The list; a new one; one; its plan; what became of it against the rehearsal."""
    match rest:
        case ():
            return _list(desk)
        case ("new",):
            return flash_sale_plan.form(desk)
        case (sale,):
            return _one(desk, sale)
        case (sale, "plan"):
            return flash_sale_plan.form(desk, read(desk, f"broadcasts/{sale}"))
        case (sale, "differences"):
            return _differences(desk, sale)
        case (sale, deed) if deed in _DEEDS:
            return desk.go(f"flash-sales/{sale}")
        case _:
            raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Plan it, change the plan, or do what a button says."""
    match rest:
        case ("new",):
            return flash_sale_plan.save(desk, None)
        case (sale, "plan"):
            return flash_sale_plan.save(desk, read(desk, f"broadcasts/{sale}"))
        case (sale, deed) if deed in _DEEDS:
            done = desk.api("POST", f"broadcasts/{sale}/{deed}")
            return desk.go(f"flash-sales/{sale}", deed) if done.ok else _one(desk, sale, done)
        case _:
            raise NotFound("form")


def _list(desk: Desk) -> Response:
    """The newest first: names are made in their order of time."""
    found = sorted(everything(desk, "broadcasts", "broadcasts"), key=lambda one: one["broadcast"], reverse=True)
    return desk.page(
        "flash_sales",
        sales=found,
        states=STATES,
        segments={one["segment"]: one["name"] for one in everything(desk, "segments", "segments")},
        may_change=desk.may("POST", "broadcasts"),
    )


def _one(desk: Desk, sale: str, refused: Answer | None = None) -> Response:
    """One; asked by htmx, what has moved of it since."""
    known = read(desk, f"broadcasts/{sale}")
    segment = desk.api("GET", f"segments/{known['segment']}")
    filling = known["state"] in ("draft", "rehearsed") and segment.ok and segment.body["state"] == "building"
    if desk.is_part:
        return _moved(desk, known, filling=filling)
    template = desk.api("GET", f"templates/{known['template']}")
    found = known["rehearsal"]
    return desk.page(
        "flash_sale",
        refused.status if refused else 200,
        notices=NOTICES,
        states=STATES,
        segment=segment.body["name"] if segment.ok else known["segment"],
        text=first_words(desk, template.body) if template.ok else "",
        foreseen=foreseen(found, desk.say, desk.advertiser.zone, by_day=True) if found else None,
        approver=signer(desk, known["approved_by"]),
        refused=_why(desk, refused) if refused else "",
        may={deed: desk.may("POST", f"broadcasts/{{broadcast}}/{deed}") for deed in _DEEDS},
        **live(desk, known, filling=filling),
    )


def _moved(desk: Desk, known: dict[str, Any], *, filling: bool) -> Response:
    """Nothing where the page shows it already; the whole page where its buttons are others now."""
    values = live(desk, known, filling=filling)
    if desk.parameters.get("page") != values["page_mark"]:
        return desk.anew(f"flash-sales/{known['broadcast']}")
    if desk.parameters.get("mark") == values["mark"]:
        return desk.unchanged()
    return desk.part("flash_sale_live", states=STATES, **values)


def _why(desk: Desk, refused: Answer) -> str:
    found = said_problems(refused.errors, desk).values()
    return " ".join(desk.say(*REFUSED[one.rule]) if one.rule in REFUSED else one.message for one in found)


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
