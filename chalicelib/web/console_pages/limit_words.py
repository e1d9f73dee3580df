"""Caps, hours and what they do, in a shop owner's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.messaging.profile import WEEKDAYS, Weekday

Say = Callable[[str, str], str]
Cap = Mapping[str, Any]
"""A cap as the API tells it."""
Both = tuple[str, str]
_HOUR, _DAY = 3600, 24 * 3600

DAYS: Mapping[Weekday, Both] = {
    "monday": ("Lundi", "Monday"),
    "tuesday": ("Mardi", "Tuesday"),
    "wednesday": ("Mercredi", "Wednesday"),
    "thursday": ("Jeudi", "Thursday"),
    "friday": ("Vendredi", "Friday"),
    "saturday": ("Samedi", "Saturday"),
    "sunday": ("Dimanche", "Sunday"),
}
KINDS: Mapping[str, Both] = {
    "marketing": ("offres et relances", "offers and reminders"),
    "notification": ("messages de service", "service messages"),
    "both": ("offres, relances et service", "offers, reminders and service"),
}
LEVELS: Mapping[str, Both] = {
    "all": ("de toute entreprise", "from any company"),
    "advertiser": ("de votre part", "from you"),
    "campaign": ("d’un même parcours ou envoi", "from one journey or campaign"),
}
OUTCOMES: Mapping[str, Both] = {
    "sent": ("Partis tout de suite", "Sent at once"),
    "sent_later": ("Partis plus tard", "Sent later"),
    "refused": ("Pas envoyés : limite atteinte", "Not sent: limit reached"),
    "dropped": ("Abandonnés : auraient attendu trop longtemps", "Dropped: would have waited too long"),
    "waiting": ("Attendent encore", "Still waiting"),
    "other": ("Pas envoyés pour une autre raison", "Not sent for another reason"),
}
REASONS: Mapping[str, Both] = {
    "cap_reached": ("limite atteinte", "limit reached"),
    "fewer_wanted": ("la personne a demandé moins de SMS", "the person asked for fewer SMS"),
    "outside_hours": ("en dehors des heures", "outside the hours"),
    "cap_past_expiry": ("la limite aurait fait attendre trop longtemps", "the limit would have made it wait too long"),
    "hours_past_expiry": (
        "les heures auraient fait attendre trop longtemps",
        "the hours would have made it wait too long",
    ),
    "ledger_full": ("trop de SMS ce mois-ci", "too many SMS this month"),
    "expired": ("trop tard pour avoir un sens", "too late to make sense"),
    "opposed": ("STOP ou désabonnement", "STOP or unsubscribed"),
    "purchased": ("la personne avait acheté", "the person had bought"),
    "left_journey": ("la personne avait quitté le parcours", "the person had left the journey"),
    "halted": ("tout était arrêté", "everything was stopped"),
    "budget_spent": ("budget du jour dépensé", "the day’s budget was spent"),
    "provider_unavailable": ("l’opérateur SMS ne répondait pas", "the SMS provider did not answer"),
}
JOURNEYS: Mapping[str, Both] = {
    "cart": ("Panier abandonné", "Abandoned cart"),
    "browse": ("Visite sans achat", "Visit without a purchase"),
    "review": ("Demande d’avis", "Review request"),
    "win_back": ("Retour des clients", "Win-back"),
    "cross_sell": ("Vente complémentaire", "Cross-sell"),
    "broadcast": ("Envoi groupé", "Campaign"),
    "offer": ("Offre", "Offer"),
    "api": ("Par votre système", "By your own system"),
}


def within(seconds: int, say: Say) -> str:
    """A cap's window: `par jour`, `en 7 jours`, `en 90 minutes`."""
    if seconds == _DAY:
        return say("en 24 heures", "in 24 hours")
    if seconds % _DAY == 0:
        return say(f"en {seconds // _DAY} jours", f"in {seconds // _DAY} days")
    if seconds % _HOUR == 0:
        return say(f"en {seconds // _HOUR} h", f"in {seconds // _HOUR} h")
    return say(f"en {seconds // 60} minutes", f"in {seconds // 60} minutes")


def kind_of(cap: Cap) -> str:
    """Which of KINDS a cap is about."""
    return "both" if len(cap["classes"]) == 2 else str(cap["classes"][0])


def cap_in_words(cap: Cap, say: Say) -> str:
    """A cap as a sentence."""
    unit = say("parties de SMS", "parts of SMS") if cap["counts"] == "parts" else "SMS"
    whose = cap.get("campaign") or say(*LEVELS[cap["level"]])
    kind = say(*KINDS[kind_of(cap)])
    return say(
        f"Au plus {cap['limit']} {unit} {within(cap['window_s'], say)} par personne, {whose} ({kind})",
        f"At most {cap['limit']} {unit} {within(cap['window_s'], say)} per person, {whose} ({kind})",
    )


def caps_in_words(caps: Mapping[str, Any], say: Say) -> list[str]:
    """An advertiser's caps as sentences, and what happens at them."""
    told = [cap_in_words(cap, say) for cap in caps["caps"]] or [say("Aucune limite", "No limit")]
    waits = caps["at_cap"] == "defer"
    return [
        *told,
        say("Limite atteinte : le SMS attend", "At a limit: the SMS waits")
        if waits
        else say("Limite atteinte : le SMS ne part pas", "At a limit: the SMS is not sent"),
    ]


def hours_in_words(hours: Mapping[str, Any], say: Say) -> list[str]:
    """An advertiser's own hours as lines."""
    lines = []
    for name in ("marketing", "notification"):
        windows = hours[name]
        told = "; ".join(f"{days_in_words(one['days'], say)} {one['open']}–{one['close']}" for one in windows)
        held = told or say("les heures habituelles", "the usual hours")
        lines.append(f"{say(*KINDS[name]).capitalize()}{say(' :', ':')} {held}")
    return lines


def days_in_words(days: Sequence[Weekday], say: Say) -> str:
    """`lun–ven`, `Mon–Fri`, or each day by itself where they do not follow each other."""
    numbers = sorted(WEEKDAYS.index(day) for day in days)
    names = [short_day(WEEKDAYS[number], say) for number in numbers]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)


def short_day(day: Weekday, say: Say) -> str:
    """`lun`, `Mon`: as each language writes it within a line."""
    french, english = DAYS[day]
    return say(french[:3].lower(), english[:3])
