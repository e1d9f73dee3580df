"""What a journey's parts say, in plain words: its beginning, its waits, its ends and its texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.audience.conditions import Condition
from chalicelib.journeys.definition import Exit, Journey, Limits
from chalicelib.web.console_pages.condition_words import Say, told
from chalicelib.web.console_pages.fact_words import EVENTS, STATUSES, Both, that

HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60
_TELL_STATUS = frozenset({"order_updated", "delivered", "refund"})
"""Events that may say what has become of an order."""
_LONGEST_SHOWN = 110
_CONDITION = re.compile(r"\{%.*?%\}", re.DOTALL)
_BEFORE_MARK = re.compile(r" (?=[:;!?»])")
"""A space that French has before these: the line does not end there."""
_FILLED_IN = re.compile(r"\{\{\s*([\w.]+).*?\}\}", re.DOTALL)
_VALUES: Mapping[str, Both] = {
    "link": ("lien", "link"),
    "product": ("produit", "product"),
    "product.name": ("produit", "product"),
    "first_name": ("prénom", "first name"),
    "agent": ("conseiller", "agent"),
    "code": ("code", "code"),
    "code.amount": ("remise", "discount"),
    "code.until": ("fin du code", "code’s end"),
    "order.number": ("n° de commande", "order number"),
}


def trigger_said(journey: Journey, say: Say) -> tuple[list[str], list[Condition]]:
    """What begins it, and the conditions that are left to be told."""
    trigger = journey.trigger
    once = [one for one in trigger.when if one not in journey.audience]
    if trigger.about == "person":
        return [say("Après chaque visite ou commande.", "After each visit or order.")], once
    if (status := _status(journey)) and _TELL_STATUS.issuperset(trigger.events):
        left = [one for one in once if one.fact != "order.status"]
        french, english = STATUSES[status]
        return [say(f"Quand la commande est : {french}.", f"When the order is: {english}.")], left
    events = say(" ou ", " or ").join(say(*EVENTS[name]) for name in trigger.events)
    return [say(f"Quand {events}.", f"When {events}.")], once


def _status(journey: Journey) -> str:
    """The only status of an order that begins it; empty where there is none."""
    value = next((one.value for one in journey.trigger.when if one.fact == "order.status" and one.op == "is"), None)
    return value if isinstance(value, str) and value in STATUSES else ""


def delay_said(journey: Journey, number: int, hours: str, say: Say) -> str:
    """When a step leaves: after what, and at which hours of the person's clock."""
    step = journey.steps[number]
    since = step.wait.since
    if since == "previous" and number:
        after = say("après l’étape précédente", "after the step before")
    elif since == "last_activity" or since == "previous":
        after = say(*_LEFT[journey.trigger.about]) if journey.trigger.about in _LEFT else _beginning(journey, say)
    else:
        after = _beginning(journey, say)
    at_once = say("Tout de suite", "At once")
    waited = f"{span(step.wait.minutes, say)} {after}" if step.wait.minutes else f"{at_once} {after}"
    at = step.wait.at
    time = say(f", à {at} chez la personne", f", at {at} where the person is") if at else f", {hours}"
    return f"{waited}{time}."


_LEFT: Mapping[str, tuple[str, str]] = {
    "cart": ("après le panier laissé", "after the cart was left"),
    "product": ("après la page quittée", "after the page was left"),
    "person": ("après la dernière visite ou commande", "after the last visit or order"),
}
_NOUNS: Mapping[str, tuple[str, str]] = {
    "purchase": ("après la commande", "after the order"),
    "delivered": ("après la livraison", "after the delivery"),
    "refund": ("après le remboursement", "after the refund"),
    "trial_started": ("après le début de l’essai", "after the trial’s beginning"),
    "trial_ending": ("après l’annonce de la fin de l’essai", "after the trial’s end is announced"),
}


def _beginning(journey: Journey, say: Say) -> str:
    """What began it, as a moment."""
    if status := _status(journey):
        french, english = STATUSES[status]
        return say(f"après l’état « {french} »", f"after the status “{english}”")
    named = _NOUNS.get(journey.trigger.events[0]) if len(journey.trigger.events) == 1 else None
    return say(*named) if named else say("après le début", "after it began")


def span(minutes: float, say: Say) -> str:
    """A time in the largest unit that tells it whole."""
    for size, (french, english) in ((DAY_MINUTES, ("jour", "day")), (HOUR_MINUTES, ("heure", "hour"))):
        if minutes and minutes % size == 0:
            return _many(minutes / size, say, french, english)
    return _many(minutes, say, "minute", "minute")


def shortened(text: str, say: Say, filled: Mapping[str, str]) -> str:
    """The first words of a template as a reader sees it: what is filled in has a name, conditions have no marks."""
    shown = _FILLED_IN.sub(lambda found: filled.get(found[1]) or f"[{_named(found[1], say)}]", _CONDITION.sub("", text))
    plain = _BEFORE_MARK.sub("\u00a0", " ".join(shown.split()))
    return plain if len(plain) <= _LONGEST_SHOWN else plain[:_LONGEST_SHOWN].rsplit(" ", 1)[0] + " …"


def _named(name: str, say: Say) -> str:
    return say(*_VALUES[name]) if name in _VALUES else name.rpartition(".")[2].replace("_", " ")


def exit_said(one: Exit, say: Say) -> str:
    """What ends it."""
    if one.of == "offer":
        return say("Dès que le produit proposé est acheté.", "As soon as the product that was offered is bought.")
    statuses = [c for c in one.when if c.fact == "order.status" and c.op in ("is", "in")]
    if one.on == "order_updated" and len(statuses) == len(one.when) == 1:
        value = statuses[0].value
        named = [say(*STATUSES[str(one)]) for one in (value if isinstance(value, list) else [value]) if one in STATUSES]
        return say("Dès que la commande est : ", "As soon as the order is: ") + ", ".join(named)
    french, english = EVENTS[one.on]
    what = say(f"Dès {that(french)}", f"As soon as {english}")
    return what + (f" ({'; '.join(told(one.when, say))})" if one.when else "")


def limits_said(limits: Limits, say: Say) -> list[str]:
    """How often a person may be in it."""
    lines = []
    if limits.reentry:
        again = span(limits.reentry, say)
        lines.append(say(f"Peut recommencer {again} après.", f"Can begin again {again} later."))
    if limits.at_most:
        days = span(limits.within_days * DAY_MINUTES, say)
        lines.append(
            say(
                f"Au plus {limits.at_most} fois par personne en {days}.",
                f"At most {limits.at_most} times per person in {days}.",
            )
        )
    return lines


def _many(number: float, say: Say, french: str, english: str) -> str:
    shown = f"{number:g}"
    return say(f"{shown} {french}{'s' if number >= 2 else ''}", f"{shown} {english}{'' if number == 1 else 's'}")
