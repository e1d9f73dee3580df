"""What arrives from a site, in the words of who looks after a shop: what it is, why it was refused, what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Say = Callable[[str, str], str]
Words = tuple[str, str]

WRONG: dict[tuple[str, str], Words] = {
    ("origins", "value_error"): (
        "Une adresse s’écrit comme le navigateur la montre : https://www.maboutique.fr",
        "Write an address as a browser shows it: https://www.myshop.fr",
    ),
    ("origins", "local"): (
        "Cette adresse n’est pas celle d’un site public.",
        "This is no public site’s address.",
    ),
    ("origins", "target_safe"): (
        "Cette adresse n’est pas celle d’un site public.",
        "This is no public site’s address.",
    ),
    ("cart_url", "not_registered"): (
        "Cette page doit être à l’une des adresses du site.",
        "This page has to be at one of the site’s addresses.",
    ),
    ("secret", "required"): (
        "Shopify la montre sous Paramètres → Notifications → Webhooks.",
        "Shopify shows it under Settings → Notifications → Webhooks.",
    ),
    ("secret", "string_too_short"): ("Trop court : 16 caractères au moins.", "Too short: at least 16 characters."),
}
"""What may be wrong with a form, by field and the API's rule."""
PLATFORMS: dict[str, Words] = {
    "html": ("Toute boutique (HTML)", "Any shop (HTML)"),
    "gtm": ("Google Tag Manager", "Google Tag Manager"),
    "shopify": ("Shopify", "Shopify"),
    "woocommerce": ("WooCommerce", "WooCommerce"),
    "prestashop": ("PrestaShop", "PrestaShop"),
}
TOOLS: dict[str, Words] = {
    "page": ("Un bandeau à nous, ou aucun", "A banner of our own, or none"),
    "axeptio": ("Axeptio", "Axeptio"),
    "didomi": ("Didomi", "Didomi"),
    "onetrust": ("OneTrust", "OneTrust"),
    "tarteaucitron": ("tarteaucitron", "tarteaucitron"),
    "gcm": ("Google Consent Mode", "Google Consent Mode"),
    "tcf": ("Un bandeau TCF (IAB)", "A TCF banner (IAB)"),
    "shopify": ("Le bandeau de Shopify", "Shopify’s banner"),
}
_USUAL_TOOL = {"gtm": "gcm", "shopify": "shopify", "woocommerce": "axeptio", "prestashop": "tarteaucitron"}
_EVENTS: dict[str, Words] = {
    "page_view": ("Page vue", "Page seen"),
    "view_item": ("Produit regardé", "Product looked at"),
    "dwell": ("Temps passé sur un produit", "Time spent on a product"),
    "add_to_cart": ("Ajout au panier", "Put in the cart"),
    "remove_from_cart": ("Retrait du panier", "Taken out of the cart"),
    "begin_checkout": ("Début de commande", "Checkout begun"),
    "purchase": ("Achat", "Purchase"),
    "refund": ("Remboursement", "Refund"),
    "order_updated": ("Commande mise à jour", "Order updated"),
    "delivered": ("Livraison", "Delivery"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused, and what helps."""

    reason: str
    words: str
    todo: str
    times: int
    origins: tuple[str, ...] = ()


_REFUSALS: dict[str, tuple[Words, Words]] = {
    "unregistered_origin": (
        ("L’adresse de la page n’est pas dans la liste de ce site", "The page’s address is not in this site’s list"),
        ("Ajoutez l’adresse si c’est bien votre boutique.", "Add the address if it is your shop’s."),
    ),
    "no_consent": (
        ("Le visiteur a refusé d’être suivi", "The visitor refused to be followed"),
        (
            "Rien à faire : c’est son choix. Pour essayer, acceptez le bandeau.",
            "Nothing: it is their choice. To try it out, accept the banner.",
        ),
    ),
    "gpc": (
        ("Le navigateur refuse le suivi pour son propriétaire (GPC)", "The browser refuses for its owner (GPC)"),
        ("Rien à faire. Pour essayer, prenez un autre navigateur.", "Nothing. To try it out, take another browser."),
    ),
    "malformed": (
        ("Appel incomplet ou mal écrit", "A call that is incomplete or misspelt"),
        ("Copiez à nouveau le code ci-dessus, en entier.", "Copy the whole code above once more."),
    ),
    "server_only_event": (
        ("Ce fait ne se dit que depuis votre serveur", "Only your server may tell this"),
        ("Envoyez-le de votre serveur, avec le secret du site.", "Send it from your server, with the site’s secret."),
    ),
    "sensitive_category": (
        ("Produit d’une catégorie sensible : rien n’est gardé", "A product of a sensitive category: nothing is kept"),
        ("Rien à faire : vous l’avez demandé dans les réglages.", "Nothing: you asked for it in the settings."),
    ),
}
_UNMATCHED: dict[str, Words] = {
    "unknown_identifier": ("identifié, absent de vos contacts", "identified, not among your contacts"),
    "no_matching_consent": ("n’a pas accepté que ses visites soient reconnues", "has not agreed to be recognised"),
    "weak_evidence": ("identité pas assez sûre pour ce site", "identity not certain enough for this site"),
    "used_by_another": ("navigateur partagé : personne n’est reconnu", "shared browser: nobody is recognised"),
    "contradicts_strong_evidence": ("deux identités : personne n’est reconnu", "two identities: nobody is recognised"),
}
_ANONYMOUS = ("visiteur anonyme", "anonymous visitor")


def usual_tool(platform: str) -> str:
    """What asks for consent there most often."""
    return _USUAL_TOOL.get(platform, "page")


def event_name(event: str, say: Say) -> str:
    """An event in words; one of the shop's own by its name."""
    return say(*_EVENTS[event]) if event in _EVENTS else event


def seen(event: dict[str, Any], say: Say) -> dict[str, Any]:
    """A line of the list of what arrived."""
    drop = event["drop"]
    if drop:
        outcome = say(*_REFUSALS[drop][0]) if drop in _REFUSALS else drop
    elif event["matched"]:
        outcome = say("contact reconnu", "contact recognised")
    else:
        outcome = say(*_UNMATCHED.get(event["unmatched"] or "", _ANONYMOUS))
    named = event_name(event["event"], say) if event["event"] else say("Appel refusé", "Call refused")
    return {"at": event["at"], "name": named, "drop": drop, "outcome": outcome, "via": event["via"]}


def refusals(live: dict[str, Any], say: Say) -> list[Refusal]:
    """What was refused in the last hour, the most frequent first."""
    counts = {name.removeprefix("drop."): n for name, n in live["counts"].items() if name.startswith("drop.")}
    origins = dict.fromkeys(
        event["origin"] for event in live["events"] if event["drop"] == "unregistered_origin" and event["origin"]
    )
    told = []
    for reason, times in sorted(counts.items(), key=lambda pair: -pair[1]):
        words, todo = _REFUSALS.get(reason, ((reason, reason), ("", "")))
        from_where = tuple(origins) if reason == "unregistered_origin" else ()
        told.append(Refusal(reason, say(*words), say(*todo), times, from_where))
    return told
