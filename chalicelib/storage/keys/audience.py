"""Contacts, what leads to one, and the ways in."""

from __future__ import annotations

import zlib

from chalicelib.storage.keys.table import Key

BROWSER_PREFIX = "BROWSER#"
NETWORK_PREFIX = "NETWORK#"
ROSTER_SHARDS = 16


def contact(base: str, person: str) -> Key:
    """A person in a base."""
    return f"CONTACT#{base}#{person}", "CONTACT"


def contact_partition(base: str, person: str) -> str:
    """A contact, and what leads from it to everything else of the person in its base."""
    return f"CONTACT#{base}#{person}"


def contact_of(partition: str) -> tuple[str, str] | None:
    """The base and person whose partition it is, if it is a contact's."""
    kind, _, rest = partition.partition("#")
    base, _, person = rest.partition("#")
    return (base, person) if kind == "CONTACT" else None


def identifier(base: str, hmac: str) -> Key:
    """A keyed identifier in a base, leading to a contact."""
    return f"IDENT#{base}#{hmac}", "IDENT"


def browser(base: str, person: str, site_id: str, visitor_id: str) -> Key:
    """That a browser was tied to a contact."""
    return contact_partition(base, person), f"{BROWSER_PREFIX}{site_id}#{visitor_id}"


def network(hmac: str) -> Key:
    """Whose browser the service's own cookie is in, by the cookie's keyed hash."""
    return f"NET#{hmac}", "NET"


def network_of(base: str, person: str, hmac: str) -> Key:
    """That a contact of a base lent the service's own cookie its name."""
    return contact_partition(base, person), f"{NETWORK_PREFIX}{hmac}"


def roster_shard(name: str) -> int:
    """Where a person stands in a segment and on a base's roster, and a message in its broadcast."""
    return zlib.crc32(name.encode()) % ROSTER_SHARDS


def roster(base: str, shard: int) -> str:
    """A shard of the people who are in a base."""
    return f"ROSTER#{base}#{shard}"


def on_roster(base: str, person: str) -> Key:
    """That a person is in a base."""
    return roster(base, roster_shard(person)), person


def base_size(base: str) -> str:
    """The partition of the number of a base's contacts."""
    return f"SIZE#{base}"


def aged_out(base: str, chain_id: str) -> Key:
    """The mark that a contact which aged out has left its base's count."""
    return base_size(base), f"GONE#{chain_id}"


def import_run(base: str, run: str) -> Key:
    """How far an import came."""
    return f"IMPORT#{base}#{run}", "IMPORT"


def import_upload(base: str, upload: str) -> Key:
    """An import of an uploaded file."""
    return f"IMPORT#{base}#{upload}", "UPLOAD"


def lead_source(source_id: str) -> Key:
    """A tool that sends leads."""
    return f"LEADS#{source_id}", "LEADS"


def optin(request: str) -> Key:
    """An opt-in that waits for its code."""
    return f"OPTIN#{request}", "OPTIN"


def verification(verification_id: str) -> Key:
    """A one-time code that was sent."""
    return f"VERIFY#{verification_id}", "VERIFY"


def number_check(base: str, person: str) -> Key:
    """What a check found of a contact's number."""
    return contact_partition(base, person), "HLR"


def number_checks(digest: str) -> Key:
    """A run of number checks whose answers may still come, by the SHA-256 of its reference."""
    return f"CHECKS#{digest}", "CHECKS"
