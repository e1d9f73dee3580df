"""The words of the inbox's page, French and English: what states, flags, intents and refusals are called."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]
"""A name to its French and its English."""

FLAGS: Words = {
    "problem": ("problème", "problem"),
    "stop_probable": ("STOP probable", "probable STOP"),
    "stop_doubtful": ("STOP ?", "STOP?"),
    "handed_over": ("à vous", "yours"),
}
TOLD: Words = {
    "problem": (
        "Un problème : la publicité attend que la conversation soit terminée.",
        "A problem: marketing waits until the conversation is closed.",
    ),
    "stop_probable": (
        "Compris comme un STOP : plus rien ne part. Vérifiez.",
        "Read as a STOP: nothing more is sent. Please check.",
    ),
    "stop_doubtful": (
        "Peut-être un STOP : la publicité attend votre réponse.",
        "Perhaps a STOP: marketing waits for your answer.",
    ),
    "handed_over": ("Aucune réponse automatique : à vous.", "No automatic answer: this one is yours."),
}
INTENTS: Words = {
    "stop": ("STOP", "STOP"),
    "opt_in": ("inscription", "opt-in"),
    "positive": ("positif", "positive"),
    "problem": ("problème", "problem"),
    "question": ("question", "question"),
    "order_status": ("suivi de commande", "order status"),
    "survey": ("sondage", "survey"),
    "other": ("autre", "other"),
}
STATES: Words = {
    "": ("", ""),
    "scheduled": ("prévu", "scheduled"),
    "queued": ("en partance", "leaving"),
    "sending": ("en partance", "leaving"),
    "sent": ("envoyé", "sent"),
    "delivered": ("reçu", "delivered"),
    "failed": ("non reçu", "failed"),
    "unknown": ("sans nouvelle", "no word"),
    "deferred": ("attend les heures permises", "waits for the hours"),
    "refused": ("refusé", "refused"),
    "cancelled": ("annulé", "cancelled"),
    "expired": ("trop tard", "too late"),
    "active": ("en cours", "under way"),
    "done": ("terminé", "done"),
    "left": ("arrêté", "ended"),
}
REFUSALS: Words = {
    "empty": ("Écrivez quelque chose.", "Write something."),
    "too_long": ("Trop long : cinq SMS au plus.", "Too long: five SMS at most."),
    "opposed": ("Cette personne a dit STOP : rien ne part.", "This person has said STOP: nothing is sent."),
    "sent_before": (
        "Une autre réponse est déjà partie de cette page : relisez, puis envoyez celle-ci.",
        "Another answer has left from this page already: read again, then send this one.",
    ),
    "answer_too_late": (
        "Son dernier message a plus de 24 heures : on ne peut plus y répondre.",
        "The last message is more than 24 hours old: it cannot be answered any more.",
    ),
}
JOURNEYS: Words = {
    "answer": ("réponse", "answer"),
    "stop_confirmation": ("confirmation du STOP", "STOP confirmed"),
    "way_back": ("comment revenir", "how to come back"),
    "contact": ("coordonnées", "company's details"),
    "keyword": ("confirmation d’inscription", "opt-in confirmed"),
    "cart": ("panier", "cart"),
    "browse": ("produit vu", "product seen"),
    "review": ("avis", "review"),
    "broadcast": ("campagne", "broadcast"),
    "flash_sale": ("vente flash", "flash sale"),
    "cross_sell": ("vente complémentaire", "cross-sell"),
    "trial": ("fin d’essai", "end of a trial"),
    "onboarding": ("prise en main", "onboarding"),
    "win_back": ("reconquête", "win-back"),
    "survey": ("enquête", "survey"),
    "offer": ("offre", "offer"),
    "order_status": ("suivi de commande", "order status"),
    "api": ("par la boutique", "by the shop"),
}
PURPOSES: Words = {
    "sms_marketing": ("SMS publicitaires", "marketing SMS"),
    "sms_notification": ("SMS de service", "service SMS"),
    "matching": ("reconnaissance des visites", "recognising visits"),
}


def in_language(language: str) -> dict[str, dict[str, str]]:
    """All of them in one language, as templates use them."""
    position = 1 if language == "en" else 0
    groups = {
        "flags": FLAGS,
        "told": TOLD,
        "intents": INTENTS,
        "states": STATES,
        "refusals": REFUSALS,
        "purposes": PURPOSES,
        "journeys": JOURNEYS,
    }
    return {group: {name: both[position] for name, both in words.items()} for group, words in groups.items()}
