"""Attentive: the nightly event feed, and lists of subscribers.

Types of events: https://docs.attentive.com/pages/developer-guides/sftp-solution/attentive-sftp-data-feeds/
Their names before 2023 (`JOIN`, `OPT_OUT`): the same page's older version (docs/switching.md).
"""

from __future__ import annotations

from chalicelib.audience.migration.contract import Peer

ATTENTIVE = Peer(
    name="attentive",
    columns={
        "phone": ("phone", "phone_number"),
        "email": ("email", "email_address"),
        "first_name": ("first_name", "firstname"),
        "last_name": ("last_name", "lastname"),
        "status": ("status", "subscription_status"),
        "event": ("type", "event_type"),
        "channel": ("subscription_type", "subscription_channel", "channel"),
        "at": ("timestamp", "event_timestamp", "event_time", "occurred_at"),
        "consent_at": ("subscribed_at", "opt_in_date", "subscription_date", "join_date"),
        "unsubscribed_at": ("unsubscribed_at", "opt_out_date", "unsubscribe_date"),
        "source": ("creative_name", "sign_up_source", "source", "join_source"),
        "message": ("message_id", "message_name"),
    },
    statuses={"subscribed": "agreed", "unsubscribed": "refused", "opted_out": "refused"},
    events={
        "join": "agreed",
        "subscriber_join": "agreed",
        "subscription_opt_in_completed": "agreed",
        "opt_out": "refused",
        "subscription_opted_out": "refused",
        "message_receipt": "sent",
    },
)
