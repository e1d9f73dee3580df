"""Every key of the table, in one place. docs/architecture.md explains who reads what by which key.

| item        | pk                        | sk                    | read by                                    |
|-------------|---------------------------|-----------------------|--------------------------------------------|
| advertiser  | ADV#<advertiser>          | ADV                   | its id                                     |
| site        | SITE#<site>               | SITE                  | its id                                     |
| admin key   | KEY#<sha256 of the key>   | KEY                   | the bearer key                             |
| event       | TRAIL#<site>#<visitor>    | EVENT#<name>#<id>     | stream; purchases of a visitor by prefix   |
| counted     | TRAIL#<site>#<visitor>    | COUNTED#<name>#<id>   | nobody: it can be written once             |
| visitor     | TRAIL#<site>#<visitor>    | VISITOR               | its id                                     |
| identifier  | IDENT#<base>#<hmac>       | IDENT                 | a match                                    |
| contact     | CONTACT#<base>#<person>   | CONTACT               | its id                                     |
| enrolment   | CONTACT#<base>#<person>   | ENROL#<journey>#<site>| contact, journey and site                  |
| ledger      | PERSON#<person>           | LEDGER                | the person                                 |
| message     | MSG#<message>             | MSG                   | its id; index `due` by shard and due time  |
| link        | LINK#<code>               | LINK                  | the code in the SMS                        |
| click       | CLICK#<click id>          | CLICK                 | the click id                               |
| counter     | COUNT#<scope>#<hour>      | <shard>               | scope and hour, all shards                 |
| outbox      | OUTBOX                    | <time>#<id>           | the phone simulator                        |
| clock       | CLOCK                     | CLOCK                 | each function of a stage with TEST_CLOCK   |
"""

from __future__ import annotations

import time

Key = tuple[str, str]

CLOCK: Key = ("CLOCK", "CLOCK")

DUE_INDEX = "due"
DUE_SHARDS = 8
COUNTER_SHARDS = 8
EVENT_PREFIX = "EVENT#"
PURCHASE_PREFIX = "EVENT#purchase#"


def advertiser(advertiser_id: str) -> Key:
    """An advertiser's settings."""
    return f"ADV#{advertiser_id}", "ADV"


def site(site_id: str) -> Key:
    """A site of an advertiser."""
    return f"SITE#{site_id}", "SITE"


def admin_key(digest: str) -> Key:
    """An admin key, by the SHA-256 of its secret."""
    return f"KEY#{digest}", "KEY"


def trail(site_id: str, visitor: str) -> str:
    """The partition of one visitor's events and state."""
    return f"TRAIL#{site_id}#{visitor}"


def event(site_id: str, visitor: str, name: str, event_id: str) -> Key:
    """One event: its name comes first, so that a visitor's purchases are one query."""
    return trail(site_id, visitor), f"{EVENT_PREFIX}{name}#{event_id}"


def counted(site_id: str, visitor: str, name: str, event_id: str) -> Key:
    """The mark that an event has been counted."""
    return trail(site_id, visitor), f"COUNTED#{name}#{event_id}"


def visitor(site_id: str, visitor_id: str) -> Key:
    """What is known of a visitor: cart and tie to a contact."""
    return trail(site_id, visitor_id), "VISITOR"


def identifier(base: str, hmac: str) -> Key:
    """A keyed identifier in a base, leading to a contact."""
    return f"IDENT#{base}#{hmac}", "IDENT"


def contact(base: str, person: str) -> Key:
    """A person in a base."""
    return f"CONTACT#{base}#{person}", "CONTACT"


def enrolment(base: str, person: str, journey: str, site_id: str) -> Key:
    """A contact's place in a journey of a site."""
    return f"CONTACT#{base}#{person}", f"ENROL#{journey}#{site_id}"


def ledger(person: str) -> Key:
    """A person's pressure ledger and oppositions."""
    return f"PERSON#{person}", "LEDGER"


def message(message_id: str) -> Key:
    """A message, from its intention to its receipt."""
    return f"MSG#{message_id}", "MSG"


def link(code: str) -> Key:
    """A short link."""
    return f"LINK#{code}", "LINK"


def click(click_id: str) -> Key:
    """One click on a short link."""
    return f"CLICK#{click_id}", "CLICK"


def counter(scope: str, at: int, shard: int) -> Key:
    """One shard of a scope's counts in the hour of `at`."""
    return counter_partition(scope, at), str(shard)


def counter_partition(scope: str, at: int) -> str:
    """All shards of a scope's counts in the hour of `at`."""
    return f"COUNT#{scope}#{time.strftime('%Y%m%d%H', time.gmtime(at // 1000))}"


def outbox(at: int, entry_id: str) -> Key:
    """A message or a reply kept for the phone simulator."""
    return "OUTBOX", f"{at:013d}#{entry_id}"
