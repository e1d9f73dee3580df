"""Brevo: CSV of contacts with `exportSubscriptionStatus: ["sms_marketing"]`, of blocklisted contacts, of campaigns.

https://developers.brevo.com/reference/request-contact-export names the columns; the statuses are those of
https://help.brevo.com/hc/en-us/articles/5317448358034 (docs/switching.md). `ADDED_TIME` is when a contact was created,
which is no consent: the attribute that holds the consent's date is named with --map.
"""

from __future__ import annotations

from chalicelib.audience.migration.contract import Peer

BREVO = Peer(
    name="brevo",
    columns={
        "phone": ("sms", "telephone", "mobile"),
        "email": ("email",),
        "first_name": ("firstname", "prenom", "first_name"),
        "last_name": ("lastname", "nom", "last_name"),
        "status": ("sms_marketing", "sms_subscription_status", "sms_campaigns", "sms_status"),
        "consent_at": ("sms_consent_at", "sms_optin_date", "sms_opt_in_date", "optin_date", "opt_in_date"),
        "unsubscribed_at": ("unsubscribed_at", "unsubscription_date", "blocklisted_at"),
        "source": ("source", "opt_in_source", "optin_source"),
        "sent_at": ("sent_at", "sent_date", "date_sent", "send_date"),
        "message": ("message_id", "campaign_id", "campaign_name"),
    },
    statuses={
        "subscribed": "agreed",
        "unsubscribed": "refused",
        "blocklisted": "refused",
        "blacklisted": "refused",
    },
)
