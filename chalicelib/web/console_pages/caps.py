"""`/console/caps`: how many SMS at most, and when; and what that would have done to last week, before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.messaging.profile import WEEKDAYS
from chalicelib.web.console_pages import limit_words as words
from chalicelib.web.console_pages.api import Answer, Problem, Refused
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.limit_forms import (
    USUAL_WINDOWS,
    Tried,
    caps_typed,
    days_of,
    days_typed,
    hours_typed,
    rows_of,
    rows_typed,
)

_NOTICES = {
    "saved": (
        "C’est enregistré, et cela vaut partout d’ici dix secondes.",
        "It is saved, and holds everywhere within ten seconds.",
    ),
    "same": ("Rien n’avait changé.", "Nothing had changed."),
    "agent": ("La signature est enregistrée.", "The signature is saved."),
}
_SPREADS = (0, 600, 1800, 3600, 7200)
_NOBODY: dict[str, Any] = {"open": "", "close": "", "closed_days": list(WEEKDAYS)}
_WRONG: Mapping[str, words.Both] = {
    "int_parsing": ("Écrivez un nombre.", "Write a number."),
    "int_type": ("Écrivez un nombre.", "Write a number."),
    "greater_than_equal": ("C’est trop peu.", "That is too little."),
    "less_than_equal": ("C’est trop.", "That is too much."),
    "string_pattern_mismatch": ("Écrivez une heure, comme 09:30.", "Write a time, such as 09:30."),
    "within_limit": (
        "Ces heures dépassent celles que la règle permet, ou se ferment avant de s’ouvrir.",
        "These hours go beyond what the rules allow, or close before they open.",
    ),
    "shorter_than_spread": (
        "Cette plage est plus courte que l’étalement choisi plus bas.",
        "This window is shorter than the spread chosen below.",
    ),
    "order": ("Les heures s’ouvrent avant de se fermer.", "Hours open before they close."),
    "403": ("Votre clé ne permet pas de changer cela.", "Your key may not change this."),
    "409": ("Quelqu’un d’autre enregistre au même moment : réessayez.", "Somebody else is saving: try again."),
}


@dataclass
class _Form:
    """What the page shows in its fields."""

    caps: list[dict[str, Any]]
    at_cap: str
    days: dict[str, list[dict[str, Any]]]
    spread: str
    tags: dict[str, str]
    errors: dict[str, Problem] = field(default_factory=dict)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200


def show(desk: Desk, *rest: str) -> Response:
    """Limits and hours as they are."""
    if rest:
        raise NotFound("page")
    caps, hours, limits = _told(desk, "caps"), _told(desk, "hours"), desk.read("limits")
    return _page(desk, limits, _as_set(caps, hours, limits))


def act(desk: Desk, *rest: str) -> Response:
    """Try what was typed on last week, or save it."""
    if rest == ("agent",):
        return _sign(desk)
    if rest:
        raise NotFound("form")
    limits = desk.read("limits")
    caps, hours = caps_typed(desk.fields), hours_typed(desk.fields, limits["hours"])
    form = _typed(desk, limits)
    form.errors = {f"{name}-open-monday-0": _no_hours(desk) for name in hours.empty}
    if form.errors:
        form.status = 422
        return _page(desk, limits, form)
    if desk.fields.get("do") == "save":
        return _save(desk, limits, form, caps, hours)
    told = desk.api("POST", "limits/simulate", caps.body | {"hours": hours.body})
    if not told.ok:
        _refused(desk, form, told, caps, hours)
    outcome = _outcome(desk, told.body) if told.ok else None
    if desk.is_part:
        return desk.part("caps_outcome", outcome=outcome, errors=form.errors)
    return _page(desk, limits, form, outcome)


def _save(desk: Desk, limits: Any, form: _Form, caps: Tried, hours: Tried) -> Response:
    """Both, each only if it is still as it was shown to whoever changes it."""
    saved = False
    for name, tried, in_words in (("caps", caps, words.caps_in_words), ("hours", hours, words.hours_in_words)):
        known = _told(desk, name)
        if known.body == tried.body:
            continue
        told = desk.api("PUT", name, tried.body, headers={"if-match": form.tags[name] or '""'})
        if told.status == 412:
            form.conflicts.append(
                {"name": name, "theirs": in_words(known.body, desk.say), "yours": in_words(tried.body, desk.say)}
            )
            form.tags[name] = known.etag
            form.status = 412
        elif not told.ok:
            _refused(desk, form, told, caps, hours)
        else:
            saved = True
            form.tags[name] = _told(desk, name).etag
    if form.errors or form.conflicts:
        return _page(desk, limits, form)
    return desk.go("caps", "saved" if saved else "same")


def _sign(desk: Desk) -> Response:
    """Who signs, and when somebody answers: a part of the advertiser's settings, which stay as they are otherwise."""
    known = desk.api("GET", "")
    windows = hours_typed(
        desk.fields | {"spread_s": "0"}, {"marketing": _NOBODY | {"closed_days": []}, "notification": _NOBODY}
    )
    name = desk.fields.get("agent_name", "").strip()
    agent = {"name": name, "hours": windows.body["marketing"], "zone": desk.fields.get("zone", "Europe/Paris")}
    settings = {key: value for key, value in known.body.items() if key != "advertiser"}
    told = desk.api(
        "PUT",
        "",
        settings | {"agent": agent if name else None},
        headers={"if-match": desk.fields.get("tag_agent") or '""'},
    )
    if told.ok:
        return desk.go("caps#agent", "agent")
    limits = desk.read("limits")
    form = _as_set(_told(desk, "caps"), _told(desk, "hours"), limits)
    form.status = told.status
    form.errors = {
        "agent_name": Problem(
            str(told.status),
            desk.say(
                "Quelqu’un l’a changé entre-temps : voici ce qu’il a mis.",
                "Somebody changed it meanwhile: here is what they wrote.",
            )
            if told.status == 412
            else "; ".join(_in_words(desk, problem).message for problem in told.errors.values()),
        )
    }
    return _page(desk, limits, form)


def _told(desk: Desk, name: str) -> Answer:
    told = desk.api("GET", name)
    if not told.ok:
        raise Refused(told)
    return told


def _as_set(caps: Answer, hours: Answer, limits: Any) -> _Form:
    return _Form(
        rows_of(caps.body["caps"]),
        caps.body["at_cap"],
        {name: days_of(hours.body[name], limits["hours"][name]) for name in ("marketing", "notification")},
        str(hours.body["spread_s"]),
        {"caps": caps.etag, "hours": hours.etag},
    )


def _typed(desk: Desk, limits: Any) -> _Form:
    fields = desk.fields
    return _Form(
        rows_typed(fields),
        fields.get("at_cap", "skip"),
        {name: days_typed(fields, name, limits["hours"][name]) for name in ("marketing", "notification")},
        fields.get("spread_s", ""),
        {name: fields.get(f"tag_{name}", "") for name in ("caps", "hours")},
    )


def _refused(desk: Desk, form: _Form, told: Answer, caps: Tried, hours: Tried) -> None:
    errors = {name.removeprefix("hours."): _in_words(desk, problem) for name, problem in told.errors.items()}
    form.errors |= hours.beside(caps.beside(errors))
    form.status = told.status


def _in_words(desk: Desk, problem: Problem) -> Problem:
    known = _WRONG.get(problem.rule)
    return Problem(problem.rule, desk.say(*known)) if known else problem


def _no_hours(desk: Desk) -> Problem:
    return Problem(
        "required", desk.say("Laissez au moins une plage dans la semaine.", "Leave at least one window in the week.")
    )


def _page(desk: Desk, limits: Any, form: _Form, outcome: Any = None) -> Response:
    own = desk.api("GET", "")
    agent = own.body.get("agent") or {"name": "", "hours": [], "zone": "Europe/Paris"}
    windows = sorted({*USUAL_WINDOWS, *(int(row["window_s"]) for row in form.caps if str(row["window_s"]).isdigit())})
    spreads = sorted({*_SPREADS, *([int(form.spread)] if form.spread.isdigit() else [])})
    answering = days_of(agent["hours"], _NOBODY | {"closed_days": []}) if agent["hours"] else days_of([], _NOBODY)
    weeks = [*form.days.values(), answering]
    return desk.page(
        "caps",
        form.status,
        notices=_NOTICES,
        form=form,
        outcome=outcome,
        errors={},
        limits=limits,
        legal={name: _legal(desk, limits["hours"][name]) for name in ("marketing", "notification")},
        operator_caps=[words.cap_in_words(cap, desk.say) for cap in limits["operator_caps"]],
        holidays=[_day(desk, day) for day in limits["holidays"][:4]],
        windows=[(seconds, words.within(seconds, desk.say)) for seconds in windows],
        kinds=[(name, desk.say(*told)) for name, told in words.KINDS.items()],
        levels=[(name, desk.say(*told)) for name, told in words.LEVELS.items()],
        spreads=[
            (str(one), desk.say("d’un coup", "at once") if not one else words.within(one, desk.say)) for one in spreads
        ],
        names={day: desk.say(*told) for day, told in words.DAYS.items()},
        may_save=desk.may("PUT", "caps") and desk.may("PUT", "hours"),
        agent=agent,
        agent_days=answering,
        second="two" in desk.parameters or any(row["windows"][1] != ("", "") for days in weeks for row in days),
        agent_tag=own.etag,
    )


def _legal(desk: Desk, hours: Mapping[str, Any]) -> str:
    shut = [
        *(desk.say(french.lower(), english) for french, english in (words.DAYS[day] for day in hours["closed_days"]))
    ]
    if hours["closed_on_holidays"]:
        shut.append(desk.say("jour férié", "public holiday"))
    told = desk.say(
        f"La règle : de {hours['earliest']} à {hours['latest']}, à l’heure de la personne",
        f"The rule: from {hours['earliest']} to {hours['latest']}, by the person’s clock",
    )
    if shut:
        told += desk.say(f", jamais un {' ni un '.join(shut)}", f", never on a {' or a '.join(shut)}")
    return f"{told}. " + desk.say(
        f"D’habitude : de {hours['open']} à {hours['close']}.", f"Usually: from {hours['open']} to {hours['close']}."
    )


def _day(desk: Desk, text: str) -> str:
    day = date.fromisoformat(text)
    name = words.short_day(WEEKDAYS[day.weekday()], desk.say)
    return f"{name} {desk.say(f'{day:%d/%m}', f'{day.day} {day:%b}')}"


def _outcome(desk: Desk, told: Any) -> dict[str, Any]:
    """What the simulation says, as the page shows it."""
    from chalicelib.web.console_pages.limit_outcome import outcome

    return outcome(desk, told, lambda text: _day(desk, text))
