"""Why an SMS does not leave, or a journey ends, in plain words; and what would win somebody back."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.fact_words import EVENTS, Both

REASONS: Mapping[str, Both] = {
    "no_sms_marketing_consent": ("n’ont pas accepté les offres par SMS", "have not agreed to offers by SMS"),
    "no_sms_notification_consent": ("n’ont pas accepté les SMS de service", "have not agreed to service SMS"),
    "no_matching_consent": (
        "n’acceptent pas que leurs visites soient reconnues",
        "do not agree to visits being recognised",
    ),
    "no_double_opt_in": ("n’ont pas confirmé leur accord", "have not confirmed their consent"),
    "no_order": ("n’ont pas de commande chez vous", "have no order with you"),
    "opposed": ("ont dit STOP", "have said STOP"),
    "number_invalid": ("numéro qui n’existe plus", "number that nobody has any more"),
    "number_not_mobile": ("numéro qui n’est pas un mobile", "number that is no mobile"),
    "kind_unwanted": ("ne veulent pas de ce genre d’offre", "want no offers of this kind"),
    "fewer_wanted": ("ont demandé moins de SMS", "have asked for fewer SMS"),
    "not_opposed": ("n’ont pas dit STOP", "have not said STOP"),
    "cap_reached": ("ont déjà reçu le nombre de SMS permis", "have had as many SMS as your limits allow"),
    "cap_past_expiry": ("déjà assez de SMS, et trop tard ensuite", "enough SMS already, and too late afterwards"),
    "hours_past_expiry": ("trop tard aux heures permises", "too late by the next allowed hours"),
    "outside_hours": ("attendent les heures permises", "wait for the allowed hours"),
    "outside_calendar": ("date hors du calendrier connu", "date beyond the known calendar"),
    "expired": ("trop tard pour que le SMS ait un sens", "too late for the SMS to make sense"),
    "ledger_full": ("ont reçu trop de SMS ce mois-ci", "have had too many SMS this month"),
    "not_composable": ("il manque une information pour leur texte", "a value is missing for their text"),
    "unknown_template": ("le texte n’existe plus", "the text is gone"),
    "template_reclassified": ("le texte a changé de nature", "the text’s class has changed"),
    "survey_not_open": ("l’enquête n’est pas ouverte", "the survey is not open"),
    "sender_unregistered": ("aucun expéditeur n’est enregistré", "no sender is registered"),
    "sender_unverified": ("l’expéditeur attend d’être vérifié", "the sender waits to be verified"),
    "sender_wrong_class": ("l’expéditeur ne porte pas ce genre de SMS", "the sender carries no SMS of this kind"),
    "sender_one_way": ("on ne peut pas répondre à l’expéditeur", "the sender cannot be answered"),
    "promo_closed": ("les codes promo sont fermés", "the promo codes are closed"),
    "promo_over": ("les codes promo ne sont plus valables", "the promo codes are over"),
    "promo_out_of_codes": ("il n’y a plus de codes promo", "no promo code is left"),
    "price_unknown": ("le prix d’un SMS n’est pas connu", "the price of an SMS is not known"),
    "budget_spent": ("le budget du jour est dépensé", "the day’s budget is spent"),
    "budget_past_expiry": (
        "budget du jour dépensé, et trop tard ensuite",
        "day’s budget spent, and too late afterwards",
    ),
    "provider_unavailable": ("l’opérateur SMS ne répond pas", "the SMS provider does not answer"),
    "provider_past_expiry": ("opérateur SMS en panne trop longtemps", "SMS provider down for too long"),
    "country_unsigned": ("pays où rien n’est encore envoyé", "country that nothing is sent to yet"),
    "zone_unknown": ("fuseau horaire inconnu", "time zone not known"),
    "unknown_contact": ("ne sont plus dans vos contacts", "are not among your contacts any more"),
    "unknown_advertiser": ("compte inconnu", "unknown account"),
    "unknown_site": ("site inconnu", "unknown site"),
    "purchased": ("ont acheté", "have bought"),
    "purchase": ("ont acheté", "have bought"),
    "left_journey": ("ont quitté le parcours", "have left the journey"),
    "no_longer": ("le panier ne correspond plus", "the cart does not fit any more"),
    "not_meant": ("ce n’est pas pour eux", "it is not for them"),
    "condition": ("la condition n’est pas remplie", "the condition does not hold"),
    "no_text": ("aucun texte ne convient", "no text fits"),
    "nothing_to_offer": ("rien à proposer", "nothing to offer"),
    "had_it_lately": ("l’ont déjà eu récemment", "have had it lately"),
    "country_allows_fewer": ("leur pays en permet moins", "their country allows fewer"),
    "holdout": ("groupe qui ne reçoit rien", "group that gets nothing"),
    "stopped": ("le parcours est arrêté", "the journey is stopped"),
    "paused": ("attendent une conversation", "wait for a conversation"),
    "reply": ("ont répondu", "have replied"),
    "reply_open": ("une réponse attend d’être lue", "a reply waits to be read"),
    "reply_past_expiry": ("réponse lue trop tard", "reply read too late"),
    "answer_too_late": ("réponse trop tardive", "answer too late"),
    "halted": ("les envois sont arrêtés", "sending is stopped"),
    "broadcast_cancelled": ("la campagne est annulée", "the broadcast is cancelled"),
    "unsubscribe": ("se sont désinscrits", "have unsubscribed"),
    "reviewed": ("ont donné leur avis", "have left a review"),
    "refunded": ("ont été remboursés", "were refunded"),
    "erased": ("ont demandé l’effacement", "have asked to be erased"),
}
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
    """A reason in words; of an event that ended something, the event; else its name."""
    if reason in REASONS:
        return say(*REASONS[reason])
    return say(*EVENTS[reason]) if reason in EVENTS else reason.replace("_", " ")


def said_win_back(reason: str, say: Say) -> str:
    """What would win somebody back who is not reached for a reason; empty where nothing is known to."""
    return say(*WIN_BACK[reason]) if reason in WIN_BACK else ""
