"""What is wrong with a field, in French where the API says it in English: by the rule, which stays the same."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.web.console_pages.api import Problem
from chalicelib.web.console_pages.desk import Desk

FRENCH: Mapping[str, str] = {
    **dict.fromkeys(("int_parsing", "float_parsing", "int_type", "float_type"), "Écrivez un nombre."),
    "int_from_float": "Écrivez un nombre entier.",
    "greater_than_equal": "C’est trop peu.",
    "greater_than": "C’est trop peu.",
    "less_than_equal": "C’est trop.",
    "less_than": "C’est trop.",
    "string_too_short": "Écrivez quelque chose.",
    "string_too_long": "C’est trop long.",
    "string_pattern_mismatch": "Cela n’a pas la forme attendue.",
    "too_short": "Il en faut au moins un.",
    "too_long": "Il y en a trop.",
    "missing": "À remplir.",
    "required": "À remplir.",
    "unknown": "Choisissez dans la liste.",
    "class": "Ce texte est d’une autre nature (offre ou service) que le parcours.",
    "basket": "Un parcours de paniers demande une valeur de panier d’au plus 500.",
    "sender_unregistered": "Aucun expéditeur n’est enregistré pour ce pays.",
    "sender_wrong_class": "L’expéditeur ne porte pas ce genre de SMS.",
    "sender_one_way": "Le texte invite à répondre, et on ne peut pas répondre à son expéditeur.",
    "sender_unverified": "L’expéditeur attend d’être vérifié par l’opérateur.",
    "country_unsigned": "Rien n’est encore envoyé dans ce pays.",
    "past": "Choisissez un moment à venir.",
    "promo_code": "Le lien porte un code promo, et le texte n’en a pas.",
    "datetime_from_date_parsing": "Écrivez une date et une heure.",
    "datetime_parsing": "Écrivez une date et une heure.",
    "valid_number": "Ce n’est pas un numéro de téléphone.",
    "unknown_contact": "Cette personne n’est pas dans vos contacts.",
}


def said_problems(errors: Mapping[str, Problem], desk: Desk) -> dict[str, Problem]:
    """The same, in the reader's language as far as it is known."""
    return {
        name: Problem(one.rule, desk.say(FRENCH.get(one.rule, one.message), one.message))
        for name, one in errors.items()
    }
