"""Why an SMS does not leave or a journey ends, as a page says it; and what would win somebody back."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.reports.reason_words import known, words
from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.fact_words import EVENTS, Both

WIN_BACK: Mapping[str, Both] = {
    "no_sms_marketing_consent": (
        "demandez leur accord à la commande, au compte, par le widget ou un mot-clé",
        "ask for consent where they buy or sign up: checkout, account, widget, keyword",
    ),
    "no_sms_notification_consent": ("demandez-le à la commande", "ask for it at checkout"),
    "no_double_opt_in": (
        "faites-les confirmer par le widget ou la page d’inscription",
        "have them confirm it by the widget or the opt-in page",
    ),
    "no_order": ("demandez leur accord à la commande", "ask for consent at checkout"),
    "opposed": (
        "rien à faire : seul leur propre START ou un formulaire avec code les ramène",
        "nothing may be sent: only their own START or a form with a code brings them back",
    ),
    "number_invalid": ("demandez le nouveau numéro", "ask for the new number"),
    "number_not_mobile": ("demandez un numéro de mobile", "ask for a mobile number"),
    "kind_unwanted": ("proposez autre chose", "send another kind"),
    "fewer_wanted": ("choisissez un moment plus tardif", "choose a later moment"),
    "cap_reached": ("choisissez un moment plus tardif", "choose a later moment"),
    "cap_past_expiry": ("laissez-le valable plus longtemps", "let it make sense longer"),
    "hours_past_expiry": ("commencez plus tôt dans la journée", "begin earlier in the day"),
    "expired": ("laissez-le valable plus longtemps", "let it make sense longer"),
    "ledger_full": ("attendez", "wait"),
    "not_composable": (
        "complétez vos contacts, ou prévoyez d’autres mots quand l’information manque",
        "fill in your contacts’ fields, or give the text other words where one is missing",
    ),
    "unknown_template": ("enregistrez le texte", "save the text"),
    "template_reclassified": ("choisissez un autre texte", "choose another text"),
    "survey_not_open": ("ouvrez l’enquête", "open the survey"),
    "sender_unregistered": ("enregistrez un expéditeur", "register a sender"),
    "sender_unverified": ("demandez la vérification à l’opérateur", "have the operator verify it"),
    "sender_wrong_class": ("enregistrez un expéditeur pour ce genre de SMS", "register a sender for this kind"),
    "sender_one_way": ("choisissez un expéditeur à qui l’on peut répondre", "choose a sender that can be answered"),
    "promo_out_of_codes": ("ajoutez des codes promo", "add promo codes"),
    "promo_over": ("prolongez les codes promo", "give the promo codes a later end"),
    "promo_closed": ("rouvrez les codes promo", "open the promo codes"),
    "price_unknown": ("demandez le prix à l’opérateur", "ask the operator for the price"),
    "budget_past_expiry": ("augmentez le budget du jour", "raise the day’s budget"),
    "country_unsigned": ("demandez à l’opérateur d’ouvrir ce pays", "have the operator open the country"),
    "zone_unknown": ("importez leur code postal", "import their postcode"),
}


def said_reason(reason: str, say: Say) -> str:
    """A reason in words; of an event that ended something, the event."""
    if reason in EVENTS and reason not in known():
        return say(*EVENTS[reason])
    found = words(reason)
    return say(found["fr"], found["en"])


def said_win_back(reason: str, say: Say) -> str:
    """What would win somebody back who is not reached for a reason; empty where nothing is known to."""
    return say(*WIN_BACK[reason]) if reason in WIN_BACK else ""
