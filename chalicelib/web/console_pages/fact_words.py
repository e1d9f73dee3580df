"""What the facts of conditions are called by people, French and English: one table for journeys and segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Both = tuple[str, str]
"""French and English."""
Kind = Literal["number", "text", "list", "flag"]


@dataclass(frozen=True, slots=True)
class Word:
    """A fact: what it is called, what its values are, and what they are called where they are names of ours."""

    label: Both
    kind: Kind = "text"
    values: Mapping[str, Both] | None = None
    no: Both = ("", "")
    """Of a flag: what is said where it is false; the label is said where it is true."""
    missing: Both = ("", "")
    """What is said where it is not known, if that means something."""


EVENTS: Mapping[str, Both] = {
    "page_view": ("une page est vue", "a page is seen"),
    "identify": ("le visiteur se fait connaître", "the visitor says who they are"),
    "view_item": ("une page de produit est vue", "a product page is seen"),
    "add_to_cart": ("un produit est mis au panier", "a product is put into the cart"),
    "remove_from_cart": ("un produit est retiré du panier", "a product is taken out of the cart"),
    "begin_checkout": ("le paiement est commencé", "checkout is begun"),
    "purchase": ("une commande est passée", "an order is placed"),
    "refund": ("une commande est remboursée", "an order is refunded"),
    "order_updated": ("une commande change d’état", "an order’s status changes"),
    "delivered": ("une commande est livrée", "an order is delivered"),
    "review_submitted": ("un avis est déposé", "a review is left"),
    "trial_started": ("un essai commence", "a trial begins"),
    "trial_ending": ("un essai se termine bientôt", "a trial ends soon"),
    "onboarding_step": ("une étape de prise en main est atteinte", "an onboarding step is reached"),
    "reply": ("la personne répond", "the person replies"),
    "unsubscribe": ("la personne dit STOP ou se désinscrit", "the person says STOP or unsubscribes"),
}
STATUSES: Mapping[str, Both] = {
    "created": ("créée", "created"),
    "unpaid": ("à régler", "unpaid"),
    "on_hold": ("en attente", "on hold"),
    "paid": ("payée", "paid"),
    "shipped": ("expédiée", "shipped"),
    "out_for_delivery": ("en cours de livraison", "out for delivery"),
    "delivered": ("livrée", "delivered"),
    "cancelled": ("annulée", "cancelled"),
    "return_opened": ("retour demandé", "return asked for"),
    "returned": ("retournée", "returned"),
    "refunded": ("remboursée", "refunded"),
    "complaint_opened": ("réclamation ouverte", "complaint opened"),
    "complaint_closed": ("réclamation close", "complaint closed"),
}
INTENTS: Mapping[str, Both] = {
    "positive": ("positive", "positive"),
    "problem": ("un problème", "a problem"),
    "question": ("une question", "a question"),
    "order_status": ("suivi de commande", "order status"),
    "survey": ("réponse à une enquête", "answer to a survey"),
    "opt_in": ("inscription", "opt-in"),
    "stop": ("STOP", "STOP"),
    "other": ("autre", "other"),
}
_LANGUAGES: Mapping[str, Both] = {"fr": ("français", "French"), "en": ("anglais", "English")}
_WINDOWS: Mapping[str, Both] = {
    "1d": ("en un jour", "in a day"),
    "7d": ("en 7 jours", "in 7 days"),
    "14d": ("en 14 jours", "in 14 days"),
    "30d": ("en 30 jours", "in 30 days"),
}

_VISIT: Mapping[str, Word] = {
    "cart.value": Word(("Valeur du panier", "Cart value"), "number"),
    "cart.currency": Word(("Devise du panier", "Cart currency")),
    "cart.count": Word(
        ("Produits dans le panier", "Products in the cart"), "number", missing=("Pas de panier", "No cart")
    ),
    "cart.items": Word(("Un produit du panier", "A product of the cart"), "list"),
    "cart.categories": Word(("Une catégorie du panier", "A category of the cart"), "list"),
    "cart.at_checkout": Word(
        ("Le paiement a été commencé", "Checkout was begun"),
        "flag",
        no=("Le paiement n’a pas été commencé", "Checkout was not begun"),
    ),
    "product.id": Word(("Référence du produit", "Product id")),
    "product.name": Word(("Nom du produit", "Product name")),
    "product.category": Word(("Catégorie du produit", "Product category")),
    "product.minutes": Word(("Minutes passées sur le produit", "Minutes spent on the product"), "number"),
    "order.status": Word(("État de la commande", "Order status"), values=STATUSES),
    "order.value": Word(("Montant de la commande", "Order value"), "number"),
    "order.currency": Word(("Devise de la commande", "Order currency")),
    "order.items": Word(("Un produit de la commande", "A product of the order"), "list"),
    "order.categories": Word(("Une catégorie de la commande", "A category of the order"), "list"),
    "order.step": Word(("Étape atteinte", "Step reached")),
    "order.rating": Word(("Note donnée", "Rating given"), "number"),
    "order.channel": Word(("Canal", "Channel")),
    "order.tracked": Word(
        ("Le lien de suivi du transporteur est connu", "The carrier’s tracking link is known"),
        "flag",
        no=("Le lien de suivi n’est pas connu", "The tracking link is not known"),
    ),
    "event.name": Word(("Ce qui vient de se passer", "What has just happened"), values=EVENTS),
    "event.via": Word(("Dit par", "Told by")),
    "event.step": Word(("Étape atteinte", "Step reached")),
}
_STEP: Mapping[str, Word] = {
    "contact.country": Word(("Pays du téléphone", "Country of the phone")),
    "contact.language": Word(("Langue", "Language"), values=_LANGUAGES),
    "history.purchases": Word(("Nombre d’achats", "Number of purchases"), "number"),
    "history.days_since_purchase": Word(("Jours depuis le dernier achat", "Days since the last purchase"), "number"),
    "history.promo_only": Word(
        ("N’achète qu’en promotion", "Buys in promotion only"),
        "flag",
        no=("N’achète pas qu’en promotion", "Does not buy in promotion only"),
    ),
    "history.clicked": Word(
        ("A cliqué depuis le début du parcours", "Has clicked since the journey began"),
        "flag",
        no=("N’a pas cliqué depuis le début du parcours", "Has not clicked since the journey began"),
    ),
    "reply.intent": Word(("Sa réponse", "Their reply"), values=INTENTS, missing=("Sans réponse", "No reply")),
    "reply.followed_up": Word(
        ("Une réponse automatique a redonné le lien", "An automatic answer gave the link again"),
        "flag",
        no=("Le lien n’a pas été redonné automatiquement", "The link was not given again automatically"),
    ),
    "sender.two_way": Word(
        ("On peut répondre à l’expéditeur", "The sender can be answered"),
        "flag",
        no=("On ne peut pas répondre à l’expéditeur", "The sender cannot be answered"),
    ),
    "agent.named": Word(
        ("Un conseiller signe vos SMS", "An agent signs your SMS"),
        "flag",
        no=("Personne ne signe vos SMS", "Nobody signs your SMS"),
    ),
    "agent.staffed": Word(
        ("C’est dans les heures du conseiller", "It is in the agent’s hours"),
        "flag",
        no=("C’est hors des heures du conseiller", "It is outside the agent’s hours"),
    ),
    "segments.in": Word(("Est dans le segment", "Is in the segment"), "list"),
}
SEGMENT: Mapping[str, Word] = {
    "location.city": Word(("Ville", "City")),
    "location.postcode": Word(("Code postal", "Postcode")),
    "location.department": Word(("Département", "Department")),
    "location.country": Word(("Pays", "Country")),
    "history.purchases": _STEP["history.purchases"],
    "history.days_since_purchase": _STEP["history.days_since_purchase"],
    "history.spent.EUR": Word(("Dépensé, en EUR", "Spent, in EUR"), "number"),
    "bought.items": Word(("A acheté le produit", "Bought the product"), "list"),
    "bought.categories": Word(("A acheté dans la catégorie", "Bought from the category"), "list"),
    "visits.days_since": Word(("Jours depuis la dernière visite", "Days since the last visit"), "number"),
    "visits.days_since.add_to_cart": Word(("Jours depuis le dernier panier", "Days since the last cart"), "number"),
    "visits.items": Word(("A vu le produit", "Looked at the product"), "list"),
    "visits.categories": Word(("A vu la catégorie", "Looked at the category"), "list"),
    **{
        f"pressure.sends_{days}": Word((f"SMS reçus de vous {fr}", f"SMS from you {en}"), "number")
        for days, (fr, en) in _WINDOWS.items()
    },
    "pressure.days_since_send": Word(("Jours depuis votre dernier SMS", "Days since your last SMS"), "number"),
    "clicks.count": Word(("Clics en tout", "Clicks in all"), "number"),
    **{f"clicks.clicks_{days}": Word((f"Clics {fr}", f"Clicks {en}"), "number") for days, (fr, en) in _WINDOWS.items()},
    "clicks.days_since_click": Word(("Jours depuis le dernier clic", "Days since the last click"), "number"),
    "contact.language": _STEP["contact.language"],
    "contact.days_since_act": Word(
        ("Jours depuis son dernier geste (inscription, clic)", "Days since their last act (opt-in, click)"), "number"
    ),
    "contact.first_name_known": Word(
        ("Le prénom est connu", "The first name is known"),
        "flag",
        no=("Le prénom n’est pas connu", "The first name is not known"),
    ),
    "contact.email_known": Word(
        ("L’e-mail est connu", "The e-mail is known"),
        "flag",
        no=("L’e-mail n’est pas connu", "The e-mail is not known"),
    ),
    "contact.reachable": Word(
        ("Le numéro est bon", "The number works"), "flag", no=("Le numéro n’est plus attribué", "Nobody has the number")
    ),
    "consent.sms_marketing": Word(
        ("Accepte vos offres par SMS", "Agrees to offers by SMS"),
        "flag",
        no=("N’accepte pas vos offres par SMS", "Does not agree to offers by SMS"),
    ),
    "consent.sms_notification": Word(
        ("Accepte vos SMS de service", "Agrees to service SMS"),
        "flag",
        no=("N’accepte pas vos SMS de service", "Does not agree to service SMS"),
    ),
    "consent.matching": Word(
        ("Accepte que ses visites soient reconnues", "Agrees to visits being recognised"),
        "flag",
        no=("N’accepte pas que ses visites soient reconnues", "Does not agree to visits being recognised"),
    ),
    "consent.opposed": Word(("A dit STOP", "Has said STOP"), "flag", no=("N’a pas dit STOP", "Has not said STOP")),
}
"""What a segment's form offers."""
TRIGGER: Mapping[str, Word] = _VISIT
"""What a journey's beginning may ask."""
STEP: Mapping[str, Word] = {**_VISIT, **_STEP}
"""And what its steps may."""


_GROUPS: Mapping[str, Both] = {
    "cart": ("Le panier", "The cart"),
    "product": ("Le produit", "The product"),
    "order": ("La commande", "The order"),
    "event": ("Ce qui vient de se passer", "What has just happened"),
    "location": ("Où", "Where"),
    "contact": ("La personne", "The person"),
    "history": ("Ses achats", "Purchases"),
    "bought": ("Ses achats", "Purchases"),
    "visits": ("Ses visites", "Visits"),
    "clicks": ("Ses clics", "Clicks"),
    "consent": ("Ses accords", "Consents"),
    "reply": ("Sa réponse", "The reply"),
    "segments": ("Vos segments", "Your segments"),
}
_OWN: Both = ("Vos propres champs", "Your own fields")
_SMS: Both = ("Vos SMS", "Your SMS")


def group_of(fact: str) -> Both:
    """What a fact is about."""
    return _OWN if fact.startswith("contact.fields.") else _GROUPS.get(fact.partition(".")[0], _SMS)


def word(fact: str) -> Word:
    """What a fact is called, whichever it is."""
    if known := STEP.get(fact) or SEGMENT.get(fact):
        return known
    group, _, name = fact.partition(".")
    if fact.startswith("contact.fields."):
        field = name.partition(".")[2]
        return Word((f"Champ « {field} »", f"Field “{field}”"))
    if fact.startswith("history.spent."):
        currency = name.partition(".")[2]
        return Word((f"Dépensé, en {currency}", f"Spent, in {currency}"), "number")
    if fact.startswith("visits.days_since."):
        french, english = EVENTS.get(name.partition(".")[2], (name, name))
        return Word((f"Jours depuis {that(french)}", f"Days since {english}"), "number")
    return word(f"order.{name}") if group == "event" and f"order.{name}" in STEP else Word((fact, fact))


def that(french: str) -> str:
    """A French clause behind its "que"."""
    return f"qu’{french}" if french[0] in "aeiouéè" else f"que {french}"
