"""Messages and broadcasts; what they come from, what they say, what holds them back."""

from __future__ import annotations

from chalicelib.storage.keys.advertisers import advertiser_partition
from chalicelib.storage.keys.audience import contact_partition, roster_shard
from chalicelib.storage.keys.table import Key

PERSON_PREFIX = "PERSON#"
MESSAGE_PREFIX = "MESSAGE#"
TEMPLATE_PREFIX = "TEMPLATE#"
SENDER_PREFIX = "SENDER#"
TRIAL_PHONE_PREFIX = "TRIAL#"
BROADCAST_PREFIX = "BROADCAST#"
SIGNATURE_PREFIX = "SIGNATURE#"
SIGNED_COUNTRIES = "COUNTRY#"
OPERATOR_CAPS: Key = ("ADV#operator", "CAPS")
RESUMED: Key = ("HALT#", "RESUMED")


def message(message_id: str) -> Key:
    """A message, from its intention to its receipt."""
    return f"MSG#{message_id}", "MSG"


def message_named(key: Key) -> str:
    """The id of the message that stands under a key."""
    return key[0].removeprefix("MSG#")


def message_of(base: str, person: str, message_id: str) -> Key:
    """That a message was meant for a contact."""
    return contact_partition(base, person), f"{MESSAGE_PREFIX}{message_id}"


def ledger(person: str) -> Key:
    """A person's pressure ledger and oppositions."""
    return f"{PERSON_PREFIX}{person}", "LEDGER"


def template(advertiser_id: str, template_id: str) -> Key:
    """A text that an advertiser has written."""
    return advertiser_partition(advertiser_id), f"{TEMPLATE_PREFIX}{template_id}"


def sender(advertiser_id: str, country: str, value: str) -> Key:
    """What an advertiser's SMS to a country may come from."""
    return advertiser_partition(advertiser_id), f"{SENDER_PREFIX}{country}#{value}"


def trial_phone(advertiser_id: str, person: str) -> Key:
    """A phone that an advertiser's tests go to."""
    return advertiser_partition(advertiser_id), f"{TRIAL_PHONE_PREFIX}{person}"


def broadcast(advertiser_id: str, broadcast_id: str) -> Key:
    """A broadcast of an advertiser."""
    return advertiser_partition(advertiser_id), f"{BROADCAST_PREFIX}{broadcast_id}"


def recipients(broadcast_id: str, shard: int) -> str:
    """A shard of a broadcast's messages, foreseen or made."""
    return f"RECIPIENTS#{broadcast_id}#{shard}"


def recipient(broadcast_id: str, message_id: str) -> Key:
    """One message of a broadcast: its id is a keyed hash of broadcast and person, and names neither."""
    return recipients(broadcast_id, roster_shard(message_id)), message_id


def halt(scope: str) -> Key:
    """That everything (`*`), an advertiser, or `<advertiser>#<campaign>` stands still."""
    return f"HALT#{scope}", "HALT"


def allowance(scope: str, window: str) -> Key:
    """What was leased of what a window allows: a second's SMS, a day's budget."""
    return f"ALLOW#{scope}", window


def stopped(scope: str, message_id: str) -> Key:
    """The mark that a no to a campaign's message has been counted."""
    return f"COUNTED#{scope}", message_id


def country(code: str) -> str:
    """The partition of what the operator signed for a country."""
    return f"COUNTRY#{code}"


def signed_country(code: str) -> Key:
    """What holds for a country."""
    return country(code), "SIGNED"


def listed_country(code: str) -> Key:
    """That something was signed for a country."""
    return SIGNED_COUNTRIES, code


def country_signature(code: str, signature: str) -> Key:
    """One of a country's signatures; their ids are in the order of time."""
    return country(code), f"{SIGNATURE_PREFIX}{signature}"
