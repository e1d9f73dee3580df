"""Journeys: playbooks to switch on, and each journey as a picture: changed, rehearsed, started, stopped."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.journeys.definition import Journey
from chalicelib.messaging.content import JOURNEYS
from chalicelib.web.console_pages import journey_blank, journey_changes, journey_rehearsal, switching_on
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.journey_picture import picture
from chalicelib.web.console_pages.journey_surroundings import around, counted
from chalicelib.web.console_pages.journey_versions import differences
from chalicelib.web.console_pages.problem_words import said_problems
from chalicelib.web.console_pages.reading import everything, read
from chalicelib.web.console_pages.signers import signer

STATES = {
    "draft": (("brouillon", "draft"), "plain"),
    "live": (("en marche", "running"), "good"),
    "stopped": (("arrêté", "stopped"), "bad"),
}
NOTICES: Notices = {
    "switched_on": (
        "Le parcours est à vous. Lisez-le, répétez-le, puis démarrez-le.",
        "The journey is yours. Read it, rehearse it, then start it.",
    ),
    "begun": (
        "Le parcours est à vous : ajoutez-y ce qu’il faut, répétez-le, puis démarrez-le.",
        "The journey is yours: add to it what it needs, rehearse it, then start it.",
    ),
    "saved": ("Enregistré.", "Saved."),
    "started": ("Le parcours est en marche.", "The journey is running."),
    "asked": (
        "Démarrage demandé : une autre personne doit l’approuver.",
        "Start asked for: another person has to approve it.",
    ),
    "approved": ("Approuvé : le parcours est en marche.", "Approved: the journey is running."),
    "stopped": (
        "Le parcours est arrêté : personne ne le commence plus, rien de lui ne part plus.",
        "The journey is stopped: nobody begins it any more, and nothing of it leaves.",
    ),
}
REFUSED = {
    "not_rehearsed": (
        "Répétez-le d’abord tel qu’il est, avec tous vos contacts.",
        "Rehearse it first as it is now, with all your contacts.",
    ),
    "not_everybody": (
        "La répétition n’a pas vu tous vos contacts : répétez-le encore.",
        "Its rehearsal did not find all your contacts: rehearse it again.",
    ),
    "texts_changed": (
        "Un texte a changé depuis la répétition : répétez-le encore.",
        "A text was changed since its rehearsal: rehearse it again.",
    ),
    "rehearsal_too_old": (
        "La répétition a plus d’une semaine : répétez-le encore.",
        "Its rehearsal is more than a week old: rehearse it again.",
    ),
    "not_requested": (
        "Personne ne demande plus à le démarrer ainsi : démarrez-le, puis une autre personne approuve.",
        "Nobody asks to start it like this any more: start it, then another person approves.",
    ),
    "needs_another_person": (
        "Vous l’avez demandé vous-même : une autre personne doit approuver.",
        "You asked for it yourself: another person has to approve.",
    ),
}


def show(desk: Desk, *rest: str) -> Response:
    """The list; a journey; what can be done with it."""
    match rest:
        case ():
            return _list(desk)
        case ("new",):
            return journey_blank.show(desk)
        case (journey,):
            return _one(desk, journey)
        case ("switch-on", playbook):
            return switching_on.show(desk, playbook)
        case (journey, "change"):
            return journey_changes.show(desk, journey)
        case (journey, "rehearsal"):
            return journey_rehearsal.show(desk, journey)
        case (journey, "versions"):
            return _versions(desk, journey)
        case (journey, "start" | "approve" | "stop"):
            return desk.go(f"journeys/{journey}")
        case _:
            raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """A form of one of them."""
    match rest:
        case ("new",):
            return journey_blank.act(desk)
        case ("switch-on", playbook):
            return switching_on.act(desk, playbook)
        case (journey, "change"):
            return journey_changes.act(desk, journey)
        case (journey, "rehearsal"):
            return journey_rehearsal.act(desk, journey)
        case (journey, "start" | "approve" | "stop" as what):
            return _turn(desk, journey, what)
        case _:
            raise NotFound("form")


def _list(desk: Desk) -> Response:
    journeys = {one["journey"]: one for one in everything(desk, "journeys", "journeys")}
    return desk.page(
        "journeys",
        notices=NOTICES,
        journeys=list(journeys.values()),
        playbooks=[one for one in read(desk, "playbooks")["playbooks"] if one["id"] not in journeys],
        states=STATES,
        needs=lambda playbook: switching_on.needs(playbook, desk.say),
        is_offer=lambda playbook: JOURNEYS[playbook["journey"]["kind"]] == "marketing",
        may_change=desk.may("POST", "playbooks/{playbook}"),
    )


def _one(desk: Desk, journey: str, status: int = 200, refused: str = "") -> Response:
    known = read(desk, f"journeys/{journey}")
    document = Journey.model_validate(known["document"])
    rehearsal = desk.api("GET", f"journeys/{journey}/rehearsal")
    return desk.page(
        "journey",
        status,
        notices=NOTICES,
        journey=known,
        document=document,
        boxes=picture(document, desk.say, around(desk, document.message_class), counted(desk, journey)),
        states=STATES,
        refused=refused,
        rehearsal=rehearsal.body if rehearsal.ok else None,
        asked_by=signer(desk, known["requested_by"]),
        may_change=desk.may("PUT", "journeys/{journey}"),
        may_approve=desk.may("POST", "journeys/{journey}/approve"),
    )


def _versions(desk: Desk, journey: str) -> Response:
    versions = read(desk, f"journeys/{journey}/versions")["versions"]
    named = around(desk, Journey.model_validate(versions[0]["document"]).message_class)
    pairs = zip(versions, [*versions[1:], None], strict=True)
    told = [
        (
            newer,
            differences(
                Journey.model_validate(older["document"]), Journey.model_validate(newer["document"]), desk.say, named
            )
            if older
            else None,
        )
        for newer, older in pairs
    ]
    return desk.page("journey_versions", journey=versions[0], versions=told)


def _turn(desk: Desk, journey: str, what: str) -> Response:
    answer = desk.api("POST", f"journeys/{journey}/{what}")
    if answer.ok:
        waits = answer.body.get("waits_for") == "approval"
        told = {"start": "asked" if waits else "started", "approve": "approved", "stop": "stopped"}[what]
        return desk.go(f"journeys/{journey}", told)
    problems = [
        desk.say(*REFUSED[problem.rule]) if problem.rule in REFUSED else f"{field} {problem.message}".strip()
        for field, problem in said_problems(answer.errors, desk).items()
    ]
    return _one(desk, journey, answer.status, " ".join(problems))
