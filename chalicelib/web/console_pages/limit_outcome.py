"""What tried caps and hours would have done to last week, as the page shows it: words, rows, a picture's bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.web.console_pages import limit_words as words
from chalicelib.web.console_pages.desk import Desk

_BAR = 190
"""The longest bar, in the picture's own units."""
_MOST_JOURNEYS = 8


def outcome(desk: Desk, told: Any, day: Callable[[str], str]) -> dict[str, Any]:
    """From the API's answer."""
    sides, names = told["marketing"], _names(desk)
    most = max([1, *(max(one["as_set"], one["tried"]) for one in told["by_day"])])
    return {
        "asked": sides["asked"],
        "sentence": _sentence(desk, told),
        "rows": [
            {"words": desk.say(*words.OUTCOMES[name]), "as_set": sides["as_set"][name], "tried": sides["tried"][name]}
            | {"bounds": told["estimate"]["tried"][name] if told["estimate"] else None}
            for name in words.OUTCOMES
            if sides["as_set"][name] or sides["tried"][name]
        ],
        "reasons": [
            {"words": _reason(desk, one["outcome"], one["reason"]), "as_set": one["as_set"], "tried": one["tried"]}
            for one in told["by_reason"]
        ],
        "days": [
            {"words": day(one["day"]), "bars": (_BAR * one["as_set"] // most, _BAR * one["tried"] // most)} | one
            for one in told["by_day"]
        ],
        "journeys": [
            {"words": names.get(one["campaign"] or "") or _journey(desk, one["journey"])}
            | {"asked": one["asked"], "as_set": _sent(one["as_set"]), "tried": _sent(one["tried"])}
            for one in told["by_journey"][:_MOST_JOURNEYS]
        ],
        "examples": [
            {
                "message": one["message"],
                "words": _journey(desk, one["journey"]),
                "at": one["asked_at"],
                "as_set": _fate(desk, one["as_set"]),
                "tried": _fate(desk, one["tried"]),
            }
            for one in told["examples"]
        ],
        "notes": _notes(desk, told),
    }


def _sentence(desk: Desk, told: Any) -> str:
    sides, people = told["marketing"], told["people"]
    moved = any(one["as_set"] != one["tried"] for one in told["by_day"])
    if sides["as_set"] == sides["tried"] and not (moved or people["fewer"] or people["more"]):
        return desk.say("Rien n’aurait changé la semaine dernière.", "Nothing would have changed last week.")
    before, after = _sent(sides["as_set"]), _sent(sides["tried"])
    left = desk.say(
        f"{after} SMS seraient partis au lieu de {before}.", f"{after} SMS would have been sent instead of {before}."
    )
    told_of = [
        desk.say(f"{number} en auraient reçu {more[0]}", f"{number} would have got {more[1]}")
        for number, more in ((people["fewer"], ("moins", "fewer")), (people["more"], ("plus", "more")))
        if number
    ]
    whose = desk.say(f" Sur {people['all']} personnes, ", f" Of {people['all']} people, ")
    return left + (whose + ", ".join(told_of) + "." if told_of else "")


def _notes(desk: Desk, told: Any) -> list[str]:
    """What the reader has to know to trust the figures."""
    differences, notes = told["differences"], []
    if not told["complete"]:
        notes.append(
            desk.say(
                f"{told['looked_at']} SMS tirés au sort parmi {told['messages']} : ces chiffres sont ceux du tirage.",
                f"{told['looked_at']} SMS drawn from {told['messages']}: the figures are those of the draw.",
            )
        )
    unlike = differences["other_caps_then"] + differences["otherwise"]
    if unlike:
        notes.append(
            desk.say(
                f"Pour {unlike} SMS, ce qui s’est passé n’est pas ce que donnent les réglages d’aujourd’hui : ils ont"
                " changé pendant la semaine. La comparaison se fait avec ceux d’aujourd’hui.",
                f"For {unlike} SMS, what happened is not what today’s settings give: they changed during the week."
                " What is compared with are today’s.",
            )
        )
    if differences["people_gone"]:
        notes.append(
            desk.say(
                f"{differences['people_gone']} SMS à des personnes parties de vos contacts ne sont pas comptés.",
                f"{differences['people_gone']} SMS to people who have left your contacts are not counted.",
            )
        )
    if not differences["others_counted"]:
        notes.append(
            desk.say(
                "Les SMS d’autres entreprises aux mêmes personnes ne sont pas comptés dans l’essai : cela en dirait"
                " trop sur trop peu de monde.",
                "SMS from other companies to the same people are not counted in the trial: that would tell too much"
                " of too few.",
            )
        )
    return notes


def _names(desk: Desk) -> dict[str, str]:
    """What the advertiser calls its journeys and campaigns."""
    found: dict[str, str] = {}
    for path, things, name in (("journeys", "journeys", "journey"), ("broadcasts", "broadcasts", "broadcast")):
        told = desk.api("GET", path)
        if told.ok:
            found |= {one[name]: one["name"] for one in told.body[things] if name in one and "name" in one}
    return found


def _reason(desk: Desk, outcome: str, reason: str) -> str:
    told = words.REASONS.get(reason)
    why = desk.say(*told) if told else desk.say("autre raison", "another reason") + f" ({reason})"
    if outcome == "sent_later":
        return desk.say("Partis plus tard : ", "Sent later: ") + why
    return why.capitalize()


def _journey(desk: Desk, journey: str) -> str:
    told = words.JOURNEYS.get(journey)
    return desk.say(*told) if told else journey


def _fate(desk: Desk, fate: Any) -> str:
    if fate["outcome"] in ("refused", "dropped", "other") and fate["reason"]:
        return desk.say("pas envoyé : ", "not sent: ") + _reason(desk, "", fate["reason"]).lower()
    told: dict[str, words.Both] = {
        "sent": ("parti", "sent"),
        "sent_later": ("parti plus tard", "sent later"),
        "waiting": ("attend encore", "still waiting"),
    }
    return desk.say(*told.get(fate["outcome"], ("pas envoyé", "not sent")))


def _sent(outcomes: Any) -> int:
    return int(outcomes["sent"] + outcomes["sent_later"])
