"""Whether a contact agreed, to what, and for whom. Consent to SMS and consent to matching are two consents."""

from __future__ import annotations

from chalicelib.storage.contacts import PARTNER, Consent, Contact, Purpose


def consent(contact: Contact, purpose: Purpose, advertiser: str) -> Consent | None:
    """The consent that allows `purpose` for `advertiser`, or None.

    An order allows notifications and nothing else. A consent of the partner base holds only for the advertisers that
    were named when it was given.
    """
    statement = contact.consents.get(purpose)
    if statement is None or not statement.given:
        return None
    if statement.basis == "contract" and purpose != "sms_notification":
        return None
    if contact.base == PARTNER and advertiser not in statement.advertisers:
        return None
    if contact.base not in (PARTNER, advertiser):
        return None
    return statement
