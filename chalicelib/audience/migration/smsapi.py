"""SMSAPI: contacts, the blacklist and sent messages, with the fields that its API and client name.

https://www.smsapi.com/blog/how-to-create-manage-blacklist-using-api/ and https://github.com/smsapi/smsapi-python-client
(docs/switching.md). It keeps no consent: its date is named with --map, and a contact's `date_created` is none.
"""

from __future__ import annotations

from chalicelib.audience.migration.contract import Peer

SMSAPI = Peer(
    name="smsapi",
    columns={
        "phone": ("phone_number", "number", "to", "phone"),
        "email": ("email",),
        "first_name": ("first_name",),
        "last_name": ("last_name",),
        "consent_at": ("consent_at", "optin_date", "opt_in_date"),
        "unsubscribed_at": ("created_at", "blacklisted_at"),
        "source": ("source",),
        "sent_at": ("date_sent", "sent_at", "sent"),
        "message": ("id", "message_id"),
    },
)
