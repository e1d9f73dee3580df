"""Automatic answers and quick replies in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.web.console_pages.fact_words import Both
from chalicelib.web.console_pages.form_words import Own

LANGUAGES: Mapping[str, Both] = {
    "fr": ("en français", "in French"),
    "en": ("en anglais", "in English"),
    "es": ("en espagnol", "in Spanish"),
    "de": ("en allemand", "in German"),
    "it": ("en italien", "in Italian"),
    "nl": ("en néerlandais", "in Dutch"),
}
KINDS: Mapping[str, tuple[Both, Both]] = {
    "thanks": (
        ("Remercier qui répond du bien à une demande d’avis", "Thank who answers a review request kindly"),
        ("Avec le lien pour laisser l’avis.", "With the link to leave the review."),
    ),
    "problem": (
        ("S’excuser auprès de qui a un problème", "Say sorry to who has a problem"),
        ("Une personne de chez vous répond ensuite.", "One of your people answers afterwards."),
    ),
    "status": (
        ("Dire où en est une commande ou une réclamation", "Tell where an order or a complaint stands"),
        ("D’après ce que votre boutique a dit en dernier.", "By what your shop told last."),
    ),
    "away": (
        ("Hors des heures de réponse, dire qu’on répondra", "Outside of the hours, say that somebody will answer"),
        ("Les heures sont dans « Limites et horaires ».", "The hours are in “Limits and hours”."),
    ),
}
NAMES: Mapping[str, Both] = {
    "thanks": ("Merci, avec le lien de l’avis", "Thanks, with the review’s link"),
    "problem": ("Un problème", "A problem"),
    "problem_review": ("Un problème, en réponse à une demande d’avis", "A problem, in answer to a review request"),
    "unknown_order": ("Une commande qu’on ne trouve pas", "An order that is not found"),
    "which_order": ("Plusieurs commandes : laquelle ?", "Several orders: which one?"),
    "away": ("Personne n’est là", "Nobody is there"),
    "status.created": ("Commande enregistrée", "Order registered"),
    "status.unpaid": ("Commande à payer", "Order to be paid"),
    "status.on_hold": ("Commande en attente", "Order on hold"),
    "status.paid": ("Commande payée", "Order paid"),
    "status.shipped": ("Commande partie", "Order shipped"),
    "status.out_for_delivery": ("En cours de livraison", "Out for delivery"),
    "status.delivered": ("Commande livrée", "Order delivered"),
    "status.cancelled": ("Commande annulée", "Order cancelled"),
    "status.return_opened": ("Retour enregistré", "Return registered"),
    "status.returned": ("Retour arrivé", "Return arrived"),
    "status.refunded": ("Commande remboursée", "Order refunded"),
    "status.complaint_opened": ("Réclamation ouverte", "Complaint open"),
    "status.complaint_closed": ("Réclamation close", "Complaint closed"),
}
_OFFER = (
    "Une réponse n’offre rien : ni remise, ni promotion, ni code.",
    "An answer offers nothing: no discount, no promotion, no code.",
)
_UNKNOWN = (
    "Entre accolades, une réponse connaît : brand, link, order.number, data.date.",
    "In braces an answer knows: brand, link, order.number, data.date.",
)
_BRACES = (
    "Les accolades {{ }} ne sont pas fermées comme il faut.",
    "The braces {{ }} are not closed as they should be.",
)
WRONG: Own = {
    **{
        (f"texts.{code}.{name}", rule): words
        for code in LANGUAGES
        for name in NAMES
        for rule, words in (
            ("offer", _OFFER),
            ("unknown_value", _UNKNOWN),
            ("liquid", _BRACES),
            ("length", ("459 caractères au plus.", "At most 459 characters.")),
        )
    },
    ("text", "offer"): _OFFER,
    ("text", "liquid"): _BRACES,
    ("text", "unknown_value"): ("Une valeur entre accolades n’existe pas.", "There is no such value in braces."),
    ("name", "missing"): ("Donnez-lui un nom.", "Give it a name."),
    ("name", "taken"): ("Une réponse a déjà ce nom.", "An answer has this name already."),
    ("emails", "string_pattern_mismatch"): ("Une adresse n’en est pas une.", "One address is none."),
    ("emails", "too_long"): ("10 adresses au plus.", "At most 10 addresses."),
    **{
        (field, "int_parsing"): ("Un nombre de minutes.", "A number of minutes.")
        for field in ("after_minutes", "every_minutes")
    },
    **{
        (field, "less_than_equal"): ("24 heures au plus : 1440.", "24 hours at most: 1440.")
        for field in ("after_minutes", "every_minutes")
    },
}
