"""What a text is for, what can be put into it, and what is found of it, in a shop owner's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.web.console_pages.limit_words import Both, Say

PURPOSES: Mapping[str, Both] = {
    "cart": ("Panier abandonné", "Abandoned cart"),
    "browse": ("Visite sans achat", "Visit without a purchase"),
    "win_back": ("Faire revenir un client", "Win a customer back"),
    "cross_sell": ("Produit qui complète un achat", "A product that goes with a purchase"),
    "flash_sale": ("Vente flash", "Flash sale"),
    "offer": ("Autre offre", "Another offer"),
    "review": ("Demande d’avis", "Review request"),
    "survey": ("Enquête", "Survey"),
    "vote": ("Vote", "Vote"),
    "contest": ("Jeu-concours", "Contest"),
    "order_status": ("Suivi de commande", "Order status"),
    "unpaid_order": ("Commande impayée", "Unpaid order"),
    "refund": ("Remboursement", "Refund"),
    "return": ("Retour", "Return"),
    "complaint": ("Réclamation", "Complaint"),
    "trial": ("Fin d’un essai", "End of a trial"),
    "onboarding": ("Premiers pas", "First steps"),
    "answer": ("Réponse", "Answer"),
}
"""One-time codes are written by the service."""
TONES: Mapping[str, Both] = {
    "plain": ("simple", "plain"),
    "warm": ("chaleureux", "warm"),
    "playful": ("joueur", "playful"),
    "formal": ("soutenu", "formal"),
}
VALUES: tuple[tuple[str, Both], ...] = (
    ("{{ link }}", ("Lien personnel", "Personal link")),
    ("{{ brand }}", ("Marque", "Brand")),
    ("{{ first_name }}", ("Prénom", "First name")),
    ("{{ product }}", ("Produit", "Product")),
    ("{{ cart.total }}", ("Total du panier", "Cart total")),
    ("{{ agent.name }}", ("Qui signe", "Who signs")),
    ("{{ code }}", ("Code promo", "Promo code")),
    ("{{ code.amount }}", ("Remise", "Discount")),
    ("{{ code.until }}", ("Fin du code", "Code’s end")),
    ("{{ order.number }}", ("N° de commande", "Order number")),
    ("{{ survey }}", ("Question de l’enquête", "Survey’s question")),
)
_BRACES = re.compile(r"({{.*?}}|{%.*?%})", re.DOTALL)
_FINDINGS: Mapping[str, Both] = {
    "approved": (
        "Un parcours en marche le dit, approuvé à deux : enregistrez le vôtre sous un autre nom, et démarrez-le avec.",
        "A running journey says it, as two approved it: save yours under another name, and start the journey with it.",
    ),
    "link": ("Ajoutez le lien personnel : chaque offre en a un.", "Add the personal link: each offer has one."),
    "no_agent": (
        "Le texte est signé, et personne ne signe encore : dites qui, sous « Limites et horaires ».",
        "The text is signed, and nobody signs yet: say who, under “Limits and hours”.",
    ),
    "one_way_sender": (
        "Le texte invite à répondre, et on ne peut pas répondre à cet expéditeur. Choisissez un numéro.",
        "The text invites a reply, and this sender cannot be answered. Choose a number.",
    ),
    "no_stop_number": (
        "Un expéditeur qui est un nom a besoin d’un numéro qui reçoit les STOP : l’opérateur le donne.",
        "A sender that is a name needs a number that takes STOP: the operator gives it.",
    ),
    "sender_unregistered": ("Enregistrez d’abord cet expéditeur.", "Register this sender first."),
    "sender_wrong_class": (
        "Cet expéditeur ne porte pas ce genre de message.",
        "This sender does not carry this kind of message.",
    ),
    "sender_unverified": (
        "L’expéditeur attend d’être vérifié : rien ne part de lui d’ici là.",
        "The sender waits to be verified: nothing leaves from it until then.",
    ),
    "order_number": (
        "Un rappel de commande impayée nomme la commande : ajoutez « N° de commande ».",
        "A reminder of an unpaid order names the order: add “Order number”.",
    ),
    "liquid": (
        "Une accolade n’est pas fermée, ou une valeur est mal écrite.",
        "A brace is not closed, or a value is misspelt.",
    ),
    "unknown_value": ("Une valeur entre accolades n’existe pas.", "A value in braces does not exist."),
    "missing_value": ("Une valeur n’est pas toujours connue.", "A value is not always known."),
    "no_code": (
        "Le texte annonce un code : choisissez d’où viennent les codes.",
        "The text tells a code: choose where codes come from.",
    ),
    "too_long": ("Le texte prend plus de SMS que permis.", "The text takes more SMS than allowed."),
    "salutation": ("Il ne salue personne : « Bonjour » fait mieux.", "It greets nobody: “Hello” does better."),
    "call_to_action": ("Il ne demande rien : ni lien, ni verbe.", "It asks for nothing: no link, no verb."),
    "brand": (
        "La marque n’y est pas : elle est mise devant les offres.",
        "The brand is not in it: it is put before offers.",
    ),
    "stop": ("STOP s’ajoute tout seul : enlevez le vôtre.", "STOP is added by itself: leave yours out."),
    "class": ("Un code à usage unique n’est pas une offre.", "A one-time code is no offer."),
    "marketing_discount": (
        "Il promet une remise : c’est une offre, pas un message de service.",
        "It promises a discount: it is an offer, no service message.",
    ),
    "marketing_promo_code": (
        "Il donne un code promo : c’est une offre, pas un message de service.",
        "It gives a promo code: it is an offer, no service message.",
    ),
    "marketing_contest": (
        "C’est un jeu : donc une offre, pas un message de service.",
        "It is a contest: an offer, no service message.",
    ),
    "marketing_offer": (
        "Il vante quelque chose : c’est une offre, pas un message de service.",
        "It praises something: it is an offer, no service message.",
    ),
    "marketing_journey": (
        "Ce but est celui d’une offre : changez le genre.",
        "This purpose is an offer’s: change the kind.",
    ),
    "invented_offer": ("Il promet une remise sans code.", "It promises a discount without a code."),
    "known": ("Choisissez dans la liste.", "Choose from the list."),
    "string_too_short": ("Écrivez le texte.", "Write the text."),
    "string_too_long": ("Le texte est trop long.", "The text is too long."),
    "412": (
        "Quelqu’un l’a changé entre-temps : le texte enregistré est plus bas, le vôtre reste ici.",
        "Somebody has changed it meanwhile: the saved text is below, yours stays here.",
    ),
    "403": ("Votre clé ne permet pas de changer cela.", "Your key may not change this."),
}


def finding_in_words(rule: str, message: str, say: Say) -> str:
    """What is found, with what the API says of it where no words are known."""
    told = _FINDINGS.get(rule)
    return say(*told) if told else message


def pieces(text: str, say: Say) -> list[tuple[str, bool]]:
    """A template as it is read: what is put in, by its name (True), and what is written as it is.

    Conditions are left out.
    """
    named = {source[2:-2].strip(): say(*words) for source, words in VALUES}
    named["agent"] = named["agent.name"]
    told = []
    for piece in _BRACES.split(text):
        if piece.startswith("{{"):
            value = piece[2:-2].partition("|")[0].strip()
            told.append((named.get(value, value.replace("_", " ").replace(".", " ")), True))
        elif piece and not piece.startswith("{%"):
            told.append((piece, False))
    return told


def title_of(name: str) -> str:
    """A template's id for reading: `panier-rappel` is `Panier rappel`."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def state_of(template: Mapping[str, Any]) -> str:
    """`refused`, `warned` or `ready`, by what is found of a template."""
    found = {one["severity"] for one in template["findings"]}
    return "refused" if "error" in found else "warned" if found else "ready"
