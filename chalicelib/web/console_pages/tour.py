"""`/console/tour`: a walk through the console for who sees it for the first time.

Each stop is a page of the console with a word above it: `?tour=3` says at which stop somebody is, so nothing has to be
remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.web.console_pages.sections import readable_by

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.storage.admin_keys import Role
    from chalicelib.web.console_pages.desk import Desk


@dataclass(frozen=True, slots=True)
class Stop:
    """A page to look at, and what to look for."""

    place: str
    french: str
    english: str


_STOPS = (
    Stop(
        "sites",
        "Le code de votre boutique est ici. Ouvrez un site : chaque visite acceptée y apparaît aussitôt.",
        "Your shop’s code is here. Open a site: each visit that was agreed to shows there at once.",
    ),
    Stop(
        "contacts",
        "Vos contacts, avec la preuve de leur accord. Chaque ligne refusée d’un fichier dit pourquoi.",
        "Your contacts, with the proof that they agreed. Each refused line of a file says why.",
    ),
    Stop(
        "messages",
        "Vos textes. À côté : le téléphone, le prix, et le caractère qui coûte un SMS de plus.",
        "Your texts. Beside: the phone, the price, and the character that costs one SMS more.",
    ),
    Stop(
        "caps",
        "Combien de SMS, et à quelles heures. Voyez d’abord ce que cela aurait changé la semaine dernière.",
        "How many SMS at most, and at which hours. Before you save, see what it would have changed last week.",
    ),
    Stop(
        "journeys",
        "Les parcours : un panier laissé, une question, un rappel, un code. Chacun se lit et se change sur son dessin.",
        "Journeys: a cart that was left, a question, a reminder, a code. Each is read and changed on its picture.",
    ),
    Stop(
        "flash-sales",
        "Un texte à tout un segment : répété à blanc, approuvé, lancé, regardé partir, mis en pause.",
        "A text to a whole segment: rehearsed, approved, launched, watched as it leaves, paused.",
    ),
    Stop(
        "inbox",
        "Qui répond à un SMS attend ici, avec son panier et ses commandes à côté : répondez d’ici.",
        "Who answers an SMS waits here, with cart and orders beside: answer from here.",
    ),
    Stop(
        "results",
        "De la visite à l’achat, avec la raison de chaque perte ; ce que cela a coûté et rapporté, remises déduites.",
        "From the visit to the purchase, with the reason of every fall; what it cost and brought, discounts taken off.",
    ),
    Stop(
        "people",
        "Tout ce que l’on sait d’une personne, et le pourquoi de chaque SMS. La raison de la recherche est notée.",
        "All that is known of a person, and the why of each SMS. The reason of a look-up goes on record.",
    ),
    Stop(
        "halt",
        "Le bouton rouge : plus rien ne part en dix secondes, et la page montre que c’est vrai.",
        "The red button: nothing leaves after ten seconds, and the page shows that it is so.",
    ),
)


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody is on the tour."""

    number: int
    of: int
    stop: Stop
    before: str
    """The stop before: its address below /console/ with its query; empty at the first."""
    following: str
    """The next stop's; empty at the last."""


def stops_of(role: Role) -> list[Stop]:
    """The stops that a role may see."""
    seen = {section.name for section in readable_by(role)}
    return [stop for stop in _STOPS if stop.place in seen]


def here(role: Role, asked: str) -> Here | None:
    """The stop of a number in a query; None where somebody is on no tour."""
    stops = stops_of(role)
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:3]) <= len(stops):
        return None
    number = int(asked[:3])
    ways = ["", *(f"{stop.place}?tour={at}" for at, stop in enumerate(stops, 1)), ""]
    return Here(number, len(stops), stops[number - 1], ways[number - 1], ways[number + 1])


def show(desk: Desk, *_: str) -> Response:
    """All stops."""
    names = {one.name: desk.say(one.french, one.english) for one in readable_by(desk.role)}
    return desk.page("tour", stops=stops_of(desk.role), names=names)
