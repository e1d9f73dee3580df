"""Klaviyo: CSV of a list or segment, and of suppressed profiles; statuses as its API names them.

A profile's SMS consent is `consent`, `consent_timestamp`, `method`: https://developers.klaviyo.com/en/reference/profiles_api_overview
and https://developers.klaviyo.com/en/v2023-06-15/docs/collect_email_and_sms_consent_via_api (docs/switching.md).
"""

from __future__ import annotations

from chalicelib.audience.migration.contract import Peer

KLAVIYO = Peer(
    name="klaviyo",
    columns={
        "phone": ("phone_number", "phone"),
        "email": ("email", "email_address"),
        "first_name": ("first_name",),
        "last_name": ("last_name",),
        "status": ("sms_marketing_consent", "sms_consent", "sms_marketing_consent_status", "sms_consent_status"),
        "consent_at": (
            "sms_marketing_consent_timestamp",
            "sms_consent_timestamp",
            "sms_consent_date",
            "consent_timestamp",
        ),
        "source": ("sms_marketing_method_detail", "sms_marketing_method", "sms_consent_method", "source"),
        "unsubscribed_at": ("suppression_date", "suppressed_at", "sms_suppression_timestamp", "timestamp"),
        "sent_at": ("sent_at", "event_timestamp", "received_sms_at"),
        "message": ("message_id", "campaign_id", "campaign_name", "message_name"),
    },
    statuses={"subscribed": "agreed", "true": "agreed", "unsubscribed": "refused"},
)
