"""A person's file in plain words. English sentences about messages are the API's own (reports/why.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.web.console_pages.desk import Desk

Say = Callable[[str, str], str]
Words = tuple[str, str]

REASONS: dict[str, Words] = {
    "support": ("Un client a une question", "A customer has a question"),
    "access": ("La personne veut savoir ce qu’on a sur elle", "The person wants to know what is kept"),
    "objection": ("La personne ne veut plus de SMS", "The person wants no SMS any more"),
    "erasure": ("La personne veut être effacée", "The person wants to be erased"),
    "portability": ("La personne veut ses données", "The person wants their data"),
    "rectification": ("Une donnée est fausse", "Something is wrong"),
    "dispute": ("Une plainte ou un litige", "A complaint or a dispute"),
    "authority": ("Une autorité le demande", "An authority asks"),
}
PURPOSES: dict[str, Words] = {
    "sms_marketing": ("Offres par SMS", "Offers by SMS"),
    "sms_notification": ("SMS de service", "Service SMS"),
    "matching": ("Visites reconnues", "Recognised on visits"),
}
SOURCES: dict[str, Words] = {
    "checkout": ("à la commande", "at the checkout"),
    "widget": ("formulaire du site", "the site’s form"),
    "keyword": ("par SMS", "by SMS"),
    "import": ("liste chargée", "a list that was loaded"),
    "paper": ("sur papier", "on paper"),
    "loyalty": ("programme de fidélité", "the loyalty programme"),
    "lead_form": ("formulaire publicitaire", "an ad’s form"),
}
EVIDENCE: dict[str, Words] = {
    "phone": ("par son numéro", "by the number"),
    "email": ("par son e-mail", "by the e-mail"),
    "customer": ("par son numéro de client", "by the customer number"),
    "click": ("par le lien d’un SMS", "by the link of an SMS"),
    "opt_in": ("par le formulaire d’accord", "by the opt-in form"),
    "network": ("par le cookie de l’opérateur", "by the operator’s cookie"),
}
HOW: dict[str, Words] = {
    "stop": ("par SMS", "by SMS"),
    "unsubscribe": ("par le lien de désabonnement", "by the unsubscribe link"),
    "objection": ("noté dans la console ou par l’API", "noted in the console or by the API"),
    "carrier": ("par l’opérateur SMS", "by the SMS provider"),
    "erasure": ("en se faisant effacer", "by being erased"),
}
_STATES = {
    "scheduled": "Attend son moment",
    "deferred": "Attend un meilleur moment",
    "queued": "Sur le point de partir",
    "sending": "En train de partir",
    "sent": "Parti",
    "delivered": "Remis au téléphone",
    "failed": "Échec",
    "unknown": "Peut-être parti",
    "refused": "Pas envoyé",
    "cancelled": "Annulé",
    "expired": "Abandonné, trop tard",
}
_WHY = {
    "expired": "il n’avait plus de sens",
    "no_sms_marketing_consent": "la personne n’a pas accepté vos offres par SMS",
    "no_sms_notification_consent": "la personne n’a pas accepté les SMS de service",
    "no_matching_consent": "la personne n’a pas accepté que ses visites soient reconnues",
    "no_double_opt_in": "l’accord n’a pas été confirmé depuis le téléphone",
    "opposed": "la personne a dit STOP ou s’est désabonnée",
    "number_invalid": "ce numéro n’existe plus",
    "purchased": "la personne a acheté avant",
    "no_longer": "le panier n’est plus là",
    "not_meant": "il n’est pas pour cette personne",
    "journey_stopped": "le parcours a été arrêté",
    "replied": "la personne a répondu",
    "reviewed": "la personne a déjà donné son avis",
    "refunded": "la commande a été remboursée",
    "left_journey": "la personne avait quitté le parcours",
    "kind_unwanted": "la personne ne veut pas de ce genre de messages",
    "fewer_wanted": "la personne veut moins de messages, et vient d’en avoir un",
    "reply_open": "sa réponse n’a pas encore été lue",
    "cap_reached": "la personne a déjà reçu autant de SMS que vos limites le permettent",
    "cap_past_expiry": "vos limites ne l’auraient permis que trop tard",
    "ledger_full": "la personne a reçu trop de SMS ce mois-ci",
    "hours_past_expiry": "les heures permises seraient venues trop tard",
    "outside_hours": "ce n’est pas une heure permise",
    "budget_spent": "le budget du jour est dépensé",
    "price_unknown": "le prix d’un SMS vers ce pays n’est pas connu",
    "halted": "les envois sont arrêtés",
    "broadcast_cancelled": "la vente flash a été annulée",
    "erased": "la personne a tout fait effacer",
    "sender_unverified": "l’expéditeur n’est pas encore vérifié",
    "sender_unregistered": "aucun expéditeur n’est enregistré",
    "promo_out_of_codes": "il n’y avait plus de code promo",
    "opted_out": "l’opérateur garde un STOP de ce téléphone",
    "invalid_number": "aucun téléphone n’a ce numéro",
    "blocked": "l’opérateur ou le téléphone bloque ces SMS",
    "unreachable": "le téléphone n’a pas pu être joint",
    "no_answer": "l’opérateur SMS n’a pas répondu ; seul un accusé le dira",
    "provider_unavailable": "l’opérateur SMS ne pouvait pas le prendre",
}


def told_why(message: dict[str, Any], desk: Desk) -> str:
    """What became of a message, and why, in a sentence."""
    if desk.language == "en":
        return str(message["sentence"])
    state, reason = _STATES.get(message["state"], message["state"]), message["reason"]
    return f"{state} : {_WHY.get(reason, reason)}." if reason else f"{state}."


def standing(file: dict[str, Any], say: Say) -> tuple[str, str]:
    """Whether somebody may get offers, in words, and the kind of a badge."""
    if file["oppositions"]:
        return say("A dit STOP : plus aucune offre", "Has said STOP: no offers any more"), "bad"
    if file["unreachable_since"]:
        return say("Numéro qui n’existe plus", "Nobody has the number any more"), "bad"
    consent = file["consents"].get("sms_marketing")
    if consent and consent["given"]:
        return say("Peut recevoir vos offres", "May get your offers"), "good"
    return say("N’a pas accepté vos offres", "Has not agreed to your offers"), "wait"
