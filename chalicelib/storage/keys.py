"""Every key of the table, in one place. docs/architecture.md explains who reads what by which key.

| item        | pk                        | sk                    | read by                                    |
|-------------|---------------------------|-----------------------|--------------------------------------------|
| advertiser  | ADV#<advertiser>          | ADV                   | its id                                     |
| operator's  | ADV#operator              | CAPS                  | the sender: caps over all advertisers      |
| site        | SITE#<site>               | SITE                  | its id                                     |
| watched     | SITE#<site>               | WATCHED               | the trail's consumer: is it looked at now? |
| seen        | SEEN#<site>               | <time>#<random>       | who watches a site, newest first           |
| wording     | ADV#<base>                | WORDING#<wording>     | its base and id; a base's list             |
| promo pool  | ADV#<advertiser>          | POOL#<pool>           | its id; an advertiser's list               |
| survey      | ADV#<advertiser>          | SURVEY#<survey>       | its id; an advertiser's list               |
| draw        | DRAWS#<survey>            | <number>              | a contest's draws                          |
| respondent  | CONTACT#<base>#<person>   | ASKED#<adv.>#<survey> | a reply, an erasure, an export             |
| survey entry| ENTRIES#<survey>#<shard>  | <entry>               | a reply, a survey's export, a draw         |
| promo stock | POOL#<pool>               | STOCK#<shard>         | the pool's stock, all shards               |
| waiting code| POOL#<pool>               | FREE#<place>#<code>   | who needs a code, at a random place        |
| promo code  | PROMO#<advertiser>#<code> | CODE                  | the code as a shop or a till tells it      |
| redemption  | PROMO#<advertiser>#<code> | ORDER#<order>         | an order that tells its code again         |
| sender      | ADV#<advertiser>          | SENDER#<ctry>#<value> | an advertiser's list                       |
| test phone  | ADV#<advertiser>          | TRIAL#<person>        | an advertiser's list                       |
| halt        | HALT#<scope>              | HALT                  | who sends marketing in the scope           |
| resumed     | HALT#                     | RESUMED               | the tick: when marketing went on last      |
| allowance   | ALLOW#<scope>             | <window>              | who uses what the window allows            |
| stopped     | COUNTED#<adv>#<campaign>  | <message>             | nobody: a no is counted once               |
| breaker     | BREAKER#<provider>        | BREAKER               | who hands over to the provider             |
| template    | ADV#<advertiser>          | TEMPLATE#<template>   | its id; an advertiser's list               |
| quick reply | ADV#<advertiser>          | QUICK#<reply>         | its id; an advertiser's list               |
| signed      | COUNTRY#<country>         | SIGNED                | the country                                |
| signature   | COUNTRY#<country>         | SIGNATURE#<id>        | a country's history                        |
| countries   | COUNTRY#                  | <country>             | all that were ever signed                  |
| admin key   | KEY#<sha256 of the key>   | KEY                   | the bearer key                             |
| key of      | ADV#<advertiser>          | KEY#<key>#<sha256>    | an advertiser's list; ADV#operator's       |
| once        | ONCE#<sha256>             | ONCE                  | a request's Idempotency-Key                |
| turn        | TURN#<address>            | TURN                  | who changes what it has read (If-Match)    |
| audit       | AUDIT#<scope>             | <at>#<id>             | a scope's changes, newest first            |
| event       | TRAIL#<site>#<visitor>    | EVENT#<name>#<id>     | stream; purchases of a visitor by prefix   |
| counted     | TRAIL#<site>#<visitor>    | COUNTED#<name>#<id>   | nobody: it can be written once             |
| visitor     | TRAIL#<site>#<visitor>    | VISITOR               | its id                                     |
| tie change  | TRAIL#<site>#<visitor>    | TIE#<at>#<rank>#<per.>| the visitor's report                       |
| identifier  | IDENT#<base>#<hmac>       | IDENT                 | a match                                    |
| contact     | CONTACT#<base>#<person>   | CONTACT               | its id                                     |
| number check| CONTACT#<base>#<person>   | HLR                   | a check of numbers, an export              |
| checks      | CHECKS#<sha256>           | CHECKS                | a run's reference, in a late answer        |
| journey     | ADV#<advertiser>          | JOURNEY#<journey>     | its id; an advertiser's list               |
| definition  | ADV#<advertiser>          | DEFINED#<jour.>#<ver.>| a journey's version, and its history       |
| rehearsal   | ADV#<advertiser>          | REHEARSED#<journey>   | a journey's last rehearsal; index `due`    |
| enrolment   | CONTACT#<base>#<person>   | ENROL#<journ.>#<subj.>| contact, journey, and what it is about     |
| begun       | CONTACT#<base>#<person>   | BEGUN#<adv.>#<journ.> | who may begin a journey again              |
| step sent   | CONTACT#<base>#<person>   | STEP#<ad.>#<jou.>#<st.>| who may be sent a step again              |
| participant | CONTACT#<base>#<person>   | ARM#<adv.>#<jou.>#<v.>| what a contact did in an experiment        |
| ordered     | CONTACT#<base>#<person>   | ORDERED#<site>#<ord.> | an order's events, what may be offered     |
| sold        | SOLD#<site>#<item>        | SOLD                  | what is bought together with an item       |
| answers     | ADV#<advertiser>          | ANSWERS               | what is answered by itself, in which words |
| answered    | THREAD#<thread>           | ANSWERED              | what a thread was answered so              |
| complements | ADV#<advertiser>          | COMPLEMENTS           | what may be offered to who bought what     |
| browser     | CONTACT#<base>#<person>   | BROWSER#<site>#<vis.> | an erasure, an export                      |
| text        | CONTACT#<base>#<person>   | MESSAGE#<message>     | an erasure, an export                      |
| thread      | THREAD#<thread>           | THREAD                | its id, which is a keyed hash of its two   |
| said        | THREAD#<thread>           | SAID#<at>#<text>      | a thread's texts, in their order           |
| said once   | THREAD#<thread>           | ID#<text>             | nobody: a text is taken once               |
| thread of   | CONTACT#<base>#<person>   | THREAD#<advertiser>   | an erasure, an export                      |
| inbox row   | INBOX#<advertiser>        | <state>#<at>#<thread> | an advertiser's threads in a state         |
| inbox moves | INBOX#<advertiser>        | CHANGES               | who watches an inbox                       |
| network of  | CONTACT#<base>#<person>   | NETWORK#<hmac>        | an erasure, an export                      |
| network     | NET#<hmac>                | NET                   | the service's own cookie, keyed            |
| consent     | CHAIN#<chain>             | <seq>                 | a contact's consent ledger, in its order   |
| register    | CHAINS#<day>#<shard>      | <chain>#<seq>         | the daily root and verify                  |
| root        | ROOTS                     | <day>                 | verify, the next day's root                |
| proof       | PROOF#<lasting name>      | <base>#<chain>        | the operator, in a dispute                 |
| ledger      | PERSON#<lasting name>     | LEDGER                | the person's lasting name (docs/adr/0020)  |
| message     | MSG#<message>             | MSG                   | its id; index `due` by shard and due time  |
| link        | LINK#<code>               | LINK                  | the code in the SMS                        |
| standalone  | LINK#<name>#<copy>        | LINK                  | its code or `<domain>/<slug>`, any copy    |
| link domain | DOMAIN#<domain>           | DOMAIN                | the domain                                 |
| click       | CLICK#<click id>          | CLICK                 | the click id                               |
| first click | LINK#<code>               | FIRST                 | nobody: a person's first click of a link   |
| first visit | LINK#<code>#<hash>        | FIRST#<day>           | nobody: a browser's first of a shared link |
| clicked     | CONTACT#<base>#<person>   | CLICKED#<campaign>    | nobody: a contact's first of a campaign    |
| click of    | CONTACT#<base>#<person>   | CLICK#<at>#<click id> | a purchase of the contact: its last click  |
| click shown | TRAIL#<site>#<visitor>    | CLICK#<click id>      | a purchase of the browser                  |
| conversion  | CONV#<site>#<transaction> | CONV                  | its site and the shop's order number       |
| bought      | CONTACT#<base>#<person>   | BOUGHT#<site>#<trans.>| a late click, an erasure, an export        |
| base size   | SIZE#<base>               | <shard>               | a base's contacts, all shards              |
| aged out    | SIZE#<base>               | GONE#<chain>          | nobody: a contact leaves the count once    |
| counter     | COUNT#<scope>#<day>       | <hour>#<shard>        | scope and day, all hours and shards        |
| counter     | COUNT#<scope>#all         | <shard>               | what is summed over all time, all shards   |
| exported    | EXPORTED#                 | DAYS                  | the daily export: where it goes on         |
| export      | ADV#<advertiser>          | EXPORT#<export>       | its id; an advertiser's list; index `due`  |
| daybook line| DAYBOOK#<day>#<shard>     | <owner>#<noted>#<id>  | an owner's day; everybody's, by pages      |
| segment     | ADV#<advertiser>          | SEGMENT#<segment>     | its id; an advertiser's list; index `due`  |
| member      | MEMBERS#<segment>#<shard> | <person>              | a segment, shard by shard                  |
| members     | MEMBERS#<segment>         | <shard>               | how many they are, all shards              |
| member of   | CONTACT#<base>#<person>   | IN#<segment>          | a contact's segments; an erasure           |
| roster      | ROSTER#<base>#<shard>     | <person>              | who goes through a base's contacts         |
| broadcast   | ADV#<advertiser>          | BROADCAST#<broadcast> | its id; an advertiser's list; index `due`  |
| recipient   | RECIPIENTS#<bc.>#<shard>  | <message>             | a rehearsal, and what became of it         |
| import      | IMPORT#<base>#<run>       | IMPORT                | an import that goes on                     |
| upload      | IMPORT#<base>#<upload>    | UPLOAD                | its id                                     |
| keyword     | NUMBER#<number>           | NUMBER                | the number that a text was sent to         |
| keyword of  | ADV#<advertiser>          | KEYWORD               | the advertiser                             |
| owner       | NUMBER#<number>           | OWNER#<adv>#<c>#<val> | the number: who has it as a sender         |
| heard       | HEARD#<text>              | HEARD                 | a text from a phone, by its id             |
| text parts  | PARTS#<keyed hash>        | PARTS                 | a long text's next part; index `due`       |
| stray       | STRAYS                    | <time>#<text>         | the operator: texts that are nobody's      |
| webhook     | ADV#<advertiser>          | WEBHOOK#<webhook>     | its id; an advertiser's list               |
| delivery    | WEBHOOK#<webhook>         | DELIVERY#<delivery>   | its id; a webhook's list; index `due`      |
| announced   | WEBHOOK#<webhook>         | ANNOUNCED#<digest>    | nobody: an event is announced once         |
| notices     | ADV#<advertiser>          | NOTICES               | who is told that conversations wait        |
| waiting     | NOTICES#<advertiser>      | WAITS#<thread>        | the notice's order; index `due`            |
| to mail     | NOTICES#<advertiser>      | TOMAIL#<thread>       | the advertiser's next e-mail               |
| mailing     | NOTICES#<advertiser>      | MAIL                  | when that one leaves; index `due`          |
| lead source | LEADS#<source>            | LEADS                 | its id, in a lead tool's address           |
| shop source | SHOPS#<source>            | SHOPS                 | its id, in a shop platform's address       |
| product     | CATALOGUE#<site>          | <product>             | its id; everything that a site sells       |
| answered    | PERSON#<person>           | ANSWERED#<adv.>#<kind>| person, advertiser and kind of answer      |
| code        | VERIFY#<verification>     | VERIFY                | its id                                     |
| limit       | LIMIT#<scope>#<start>     | LIMIT                 | scope and window                           |
| opt-in      | OPTIN#<request>           | OPTIN                 | the request's random name                  |
| receipt     | RECEIPT#<prov.>#<digest>  | RECEIPT               | a report of a provider: it is taken once   |
| handed over | HANDED#<prov.>#<digest>   | HANDED                | a report that names no other id            |
| opt-outs    | OPTOUTS#<provider>        | OPTOUTS               | the hourly pull of a provider's list       |
| outbox      | OUTBOX                    | <time>#<id>           | the phone simulator                        |
| clock       | CLOCK                     | CLOCK                 | each function of a stage with TEST_CLOCK   |
| table       | TABLE#                    | IDENTITY              | tick and sender: may it be sent from       |

Two indexes: `due`, of what waits for its time; `listed`, of what has a list beside its own id (`Listing`), by list
and place (docs/adr/0039).
"""

from __future__ import annotations

import time
import zlib
from typing import Literal

Key = tuple[str, str]

CLOCK: Key = ("CLOCK", "CLOCK")
TABLE_IDENTITY: Key = ("TABLE#", "IDENTITY")
RESUMED: Key = ("HALT#", "RESUMED")
EXPORTED_DAYS: Key = ("EXPORTED#", "DAYS")
OPERATOR_CAPS: Key = ("ADV#operator", "CAPS")

DUE_INDEX = "due"
LISTED_INDEX = "listed"
LIST_STRANDS = 8
DUE_SHARDS = 8
COUNTER_SHARDS = 8
DAYBOOK_SHARDS = 16
REGISTER_SHARDS = 16
LINK_COPIES = 8
ROSTER_SHARDS = 16
SURVEY_SHARDS = 8
TEXTS = "texts"
"""The partition of the index `due` in which parts of long texts wait for one another."""
TEXT_PARTS_PREFIX = "PARTS#"
STRAYS = "STRAYS"
JOBS = "jobs"
"""The partition of the index `due` in which long work stands: segments, broadcasts, rehearsals."""
NOTICES = "notices"
"""And the one of what is to be told outside: deliveries of webhooks, conversations that wait."""
PERSONAL_CODE = 8
"""The fewest characters that a personal code ever had."""
EVENT_PREFIX = "EVENT#"
CLICK_PREFIX = "CLICK#"
CONVERSION_PREFIX = "CONV#"
BROWSER_PREFIX = "BROWSER#"
TIE_PREFIX = "TIE#"
MESSAGE_PREFIX = "MESSAGE#"
NETWORK_PREFIX = "NETWORK#"
THREAD_PREFIX = "THREAD#"
SAID_PREFIX = "SAID#"
WORDING_PREFIX = "WORDING#"
POOL_PREFIX = "POOL#"
STOCK_PREFIX = "STOCK#"
TRIAL_PHONE_PREFIX = "TRIAL#"
FREE_PREFIX = "FREE#"
SENDER_PREFIX = "SENDER#"
OWNER_PREFIX = "OWNER#"
TEMPLATE_PREFIX = "TEMPLATE#"
QUICK_REPLY_PREFIX = "QUICK#"
JOURNEY_PREFIX = "JOURNEY#"
ENROLMENT_PREFIX = "ENROL#"
PARTICIPANT_PREFIX = "ARM#"
SURVEY_PREFIX = "SURVEY#"
RESPONDENT_PREFIX = "ASKED#"
SIGNATURE_PREFIX = "SIGNATURE#"
SIGNED_COUNTRIES = "COUNTRY#"
BOUGHT_PREFIX = "BOUGHT#"
ORDERED_PREFIX = "ORDERED#"
SEGMENT_PREFIX = "SEGMENT#"
BROADCAST_PREFIX = "BROADCAST#"
REHEARSAL_PREFIX = "REHEARSED#"
EXPORT_PREFIX = "EXPORT#"
MEMBER_OF_PREFIX = "IN#"
WEBHOOK_PREFIX = "WEBHOOK#"
DELIVERY_PREFIX = "DELIVERY#"
WAITS_PREFIX = "WAITS#"
TO_MAIL_PREFIX = "TOMAIL#"
ROOTS = "ROOTS"
PERSON_PREFIX = "PERSON#"
PROOF_PREFIX = "PROOF#"
PURCHASE_PREFIX = "EVENT#purchase#"


Listing = Literal[
    "advertisers", "sites", "lead_sources", "shops", "uploads", "links", "link_domains", "messages", "clicks"
]
_BUSY: frozenset[Listing] = frozenset({"messages", "clicks"})
"""Lists that a campaign puts thousands into at once."""

_LAST_LISTED = 10**13 - 1
"""Of moments with 13 digits, which are in order as texts: in the year 2286."""


def listed(listing: Listing, owner: str, place: str) -> dict[str, str]:
    """What puts an item into a list of the index `listed`, at a place; it must not change as long as the item is there.

    Places are in the order of time: a ULID, or `listed_at`.
    """
    strand = f"#{zlib.crc32(place.encode()) % LIST_STRANDS}" if listing in _BUSY else ""
    return {"listed": f"{listing}#{owner}{strand}", "listed_place": place}


def listed_at(at: int, name: str = "") -> str:
    """The place in a list of what is of a moment (epoch ms); without a name, of the moment itself."""
    moment = f"{min(at, _LAST_LISTED):013d}"
    return f"{moment}#{name}" if name else moment


def listed_moment(place: str) -> int:
    """The moment (epoch ms) of a place that `listed_at` made."""
    return int(place.partition("#")[0])


def list_strands(listing: Listing, owner: str) -> list[str]:
    """The partitions of the index that a list stands in."""
    if listing not in _BUSY:
        return [f"{listing}#{owner}"]
    return [f"{listing}#{owner}#{strand}" for strand in range(LIST_STRANDS)]


def advertiser(advertiser_id: str) -> Key:
    """An advertiser's settings."""
    return f"ADV#{advertiser_id}", "ADV"


def site(site_id: str) -> Key:
    """A site of an advertiser."""
    return f"SITE#{site_id}", "SITE"


def wordings(base: str) -> str:
    """The partition of a base's wordings: an advertiser's own, or the operator's for the partner base."""
    return f"ADV#{base}"


def wording(base: str, wording_id: str) -> Key:
    """A text that people agree to."""
    return wordings(base), f"{WORDING_PREFIX}{wording_id}"


def promo_pool(advertiser_id: str, pool: str) -> Key:
    """A pool of promo codes."""
    return f"ADV#{advertiser_id}", f"{POOL_PREFIX}{pool}"


def survey(advertiser_id: str, survey_id: str) -> Key:
    """A survey, vote or contest."""
    return f"ADV#{advertiser_id}", f"{SURVEY_PREFIX}{survey_id}"


def draws(survey_id: str) -> str:
    """The partition of a contest's draws."""
    return f"DRAWS#{survey_id}"


def draw(survey_id: str, number: int) -> Key:
    """One of them, in their order."""
    return draws(survey_id), f"{number:04d}"


def respondent(base: str, person: str, advertiser_id: str, survey_id: str) -> Key:
    """What a contact was asked by a survey."""
    return contact_partition(base, person), f"{respondents_of(advertiser_id)}{survey_id}"


def respondents_of(advertiser_id: str) -> str:
    """What the sort keys begin with of all that a contact was asked by an advertiser."""
    return f"{RESPONDENT_PREFIX}{advertiser_id}#"


def survey_entries(survey_id: str, shard: int) -> str:
    """A part of a survey's entries."""
    return f"ENTRIES#{survey_id}#{shard}"


def survey_entry(survey_id: str, shard: int, entry_id: str) -> Key:
    """A person's answers to a survey, by their pseudonym in it."""
    return survey_entries(survey_id, shard), entry_id


def promo_stock(pool: str) -> str:
    """The partition of a pool's stock and of its codes that wait."""
    return f"POOL#{pool}"


def promo_stock_shard(pool: str, shard: int) -> Key:
    """A shard of a pool's stock."""
    return promo_stock(pool), f"{STOCK_PREFIX}{shard}"


def promo_waiting(pool: str, place: str, code: str) -> Key:
    """A code that waits in its pool."""
    return promo_stock(pool), f"{FREE_PREFIX}{place}#{code}"


def promo_code(advertiser_id: str, code: str) -> Key:
    """A promo code of an advertiser."""
    return f"PROMO#{advertiser_id}#{code}", "CODE"


def promo_redemption(advertiser_id: str, code: str, order: str) -> Key:
    """That an order used a promo code."""
    return f"PROMO#{advertiser_id}#{code}", f"ORDER#{order}"


def senders(advertiser_id: str) -> str:
    """The partition of an advertiser's senders."""
    return f"ADV#{advertiser_id}"


def sender(advertiser_id: str, country: str, value: str) -> Key:
    """What an advertiser's SMS to a country may come from."""
    return senders(advertiser_id), f"{SENDER_PREFIX}{country}#{value}"


def trial_phones(advertiser_id: str) -> str:
    """The partition of the phones that an advertiser's tests go to."""
    return f"ADV#{advertiser_id}"


def trial_phone(advertiser_id: str, person: str) -> Key:
    """A phone that an advertiser's tests go to."""
    return trial_phones(advertiser_id), f"{TRIAL_PHONE_PREFIX}{person}"


def halt(scope: str) -> Key:
    """That everything (`*`), an advertiser, or `<advertiser>#<campaign>` stands still."""
    return f"HALT#{scope}", "HALT"


def allowance(scope: str, window: str) -> Key:
    """What was leased of what a window allows: a second's SMS, a day's budget."""
    return f"ALLOW#{scope}", window


def stopped(scope: str, message_id: str) -> Key:
    """The mark that a no to a campaign's message has been counted."""
    return f"COUNTED#{scope}", message_id


def breaker(provider: str) -> Key:
    """Whether a provider answers."""
    return f"BREAKER#{provider}", "BREAKER"


def templates(advertiser_id: str) -> str:
    """The partition of an advertiser's templates."""
    return f"ADV#{advertiser_id}"


def template(advertiser_id: str, template_id: str) -> Key:
    """A text that an advertiser has written."""
    return templates(advertiser_id), f"{TEMPLATE_PREFIX}{template_id}"


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


def admin_key(digest: str) -> Key:
    """An admin key, by the SHA-256 of its secret."""
    return f"KEY#{digest}", "KEY"


def admin_key_row(key_id: str = "") -> str:
    """The beginning of the sort keys of a scope's keys, or of one key's secrets."""
    return f"KEY#{key_id}#" if key_id else "KEY#"


def admin_key_listed(scope: str, key_id: str, digest: str) -> Key:
    """A secret of a key in the list of its scope."""
    return advertiser(scope)[0], f"{admin_key_row(key_id)}{digest}"


def answered_once(name: str) -> Key:
    """What a request with an Idempotency-Key was answered."""
    return f"ONCE#{name}", "ONCE"


def turn(place: str) -> Key:
    """Who is changing what an address shows."""
    return f"TURN#{place}", "TURN"


def audit_partition(scope: str) -> str:
    """The partition of a scope's audit log."""
    return f"AUDIT#{scope}"


def audit(scope: str, at: int, entry: str) -> Key:
    """An entry of the audit log; they sort by time."""
    return audit_partition(scope), f"{at:013d}#{entry}"


def trail(site_id: str, visitor: str) -> str:
    """The partition of one visitor's events and state."""
    return f"TRAIL#{site_id}#{visitor}"


def event(site_id: str, visitor: str, name: str, event_id: str) -> Key:
    """One event: its name comes first, so that a visitor's purchases are one query."""
    return trail(site_id, visitor), f"{EVENT_PREFIX}{name}#{event_id}"


def watched(site_id: str) -> Key:
    """Until when somebody looks at what arrives from a site."""
    return f"SITE#{site_id}", "WATCHED"


def seen(site_id: str, at: int, name: str) -> Key:
    """Something that arrived meanwhile."""
    return seen_partition(site_id), f"{at:013d}#{name}"


def seen_partition(site_id: str) -> str:
    """All that did lately, in the order of time."""
    return f"SEEN#{site_id}"


def counted(site_id: str, visitor: str, name: str, event_id: str) -> Key:
    """The mark that an event has been counted."""
    return trail(site_id, visitor), f"COUNTED#{name}#{event_id}"


def visitor(site_id: str, visitor_id: str) -> Key:
    """What is known of a visitor: cart and tie to a contact."""
    return trail(site_id, visitor_id), "VISITOR"


def tie(site_id: str, visitor_id: str, at: int, rank: int, person: str) -> Key:
    """That a browser came to be held for a person, or for nobody (`-`)."""
    return trail(site_id, visitor_id), f"{TIE_PREFIX}{at:013d}#{rank}#{person}"


def identifier(base: str, hmac: str) -> Key:
    """A keyed identifier in a base, leading to a contact."""
    return f"IDENT#{base}#{hmac}", "IDENT"


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


def browser(base: str, person: str, site_id: str, visitor_id: str) -> Key:
    """That a browser was tied to a contact."""
    return contact_partition(base, person), f"{BROWSER_PREFIX}{site_id}#{visitor_id}"


def message_of(base: str, person: str, message_id: str) -> Key:
    """That a message was meant for a contact."""
    return contact_partition(base, person), f"{MESSAGE_PREFIX}{message_id}"


def network(hmac: str) -> Key:
    """Whose browser the service's own cookie is in, by the cookie's keyed hash."""
    return f"NET#{hmac}", "NET"


def quick_reply(advertiser_id: str, reply: str) -> Key:
    """What an advertiser's agents say again and again."""
    return f"ADV#{advertiser_id}", f"{QUICK_REPLY_PREFIX}{reply}"


def thread(thread_id: str) -> Key:
    """A conversation of a person with an advertiser."""
    return f"{THREAD_PREFIX}{thread_id}", "THREAD"


def said_place(at: int, said_id: str) -> str:
    """Where a text stands among the others of its thread."""
    return f"{at:013d}#{said_id}"


def said(thread_id: str, place: str) -> Key:
    """A text of a conversation."""
    return f"{THREAD_PREFIX}{thread_id}", f"{SAID_PREFIX}{place}"


def said_once(thread_id: str, said_id: str) -> Key:
    """That a text was taken to its conversation."""
    return f"{THREAD_PREFIX}{thread_id}", f"ID#{said_id}"


def thread_of(base: str, person: str, advertiser_id: str) -> Key:
    """That a contact has a conversation with an advertiser."""
    return contact_partition(base, person), f"{THREAD_PREFIX}{advertiser_id}"


def inbox(advertiser_id: str) -> str:
    """The partition of an advertiser's list of conversations."""
    return f"INBOX#{advertiser_id}"


def inbox_row(advertiser_id: str, state: str, at: int, thread_id: str) -> Key:
    """A conversation's place in its advertiser's list."""
    return inbox(advertiser_id), f"{state}#{at:013d}#{thread_id}"


def inbox_changes(advertiser_id: str) -> Key:
    """How often an advertiser's conversations have changed."""
    return inbox(advertiser_id), "CHANGES"


def network_of(base: str, person: str, hmac: str) -> Key:
    """That a contact of a base lent the service's own cookie its name."""
    return contact_partition(base, person), f"{NETWORK_PREFIX}{hmac}"


def chain(chain_id: str) -> str:
    """The consent ledger of one contact."""
    return f"CHAIN#{chain_id}"


def chain_entry(chain_id: str, sequence: int) -> Key:
    """One entry of a consent ledger."""
    return chain(chain_id), f"{sequence:06d}"


def register_partition(day: str, shard: int) -> str:
    """A shard of what the consent ledgers took on a day (`20260302`, UTC)."""
    return f"CHAINS#{day}#{shard}"


def register(partition: str, chain_id: str, sequence: int) -> Key:
    """That a ledger took an entry on a day."""
    return partition, f"{chain_id}#{sequence:06d}"


def root(day: str) -> Key:
    """The root over everything that the consent ledgers took on a day."""
    return ROOTS, day


def proof(person: str, base: str, chain_id: str) -> Key:
    """What stays of a consent ledger after an erasure, for disputes."""
    return f"{PROOF_PREFIX}{person}", f"{base}#{chain_id}"


def journeys(advertiser_id: str) -> str:
    """The partition of an advertiser's journeys."""
    return f"ADV#{advertiser_id}"


def journey(advertiser_id: str, journey_id: str) -> Key:
    """A journey as it is now."""
    return journeys(advertiser_id), f"{JOURNEY_PREFIX}{journey_id}"


def definition(advertiser_id: str, journey_id: str, version: int) -> Key:
    """A journey as it was defined in one of its versions."""
    return journeys(advertiser_id), f"{definitions_of(journey_id)}{version:06d}"


def definitions_of(journey_id: str) -> str:
    """What the keys of a journey's versions begin with."""
    return f"DEFINED#{journey_id}#"


def journey_rehearsal(advertiser_id: str, journey_id: str) -> Key:
    """The last rehearsal of a journey that looks at everybody."""
    return journeys(advertiser_id), f"{REHEARSAL_PREFIX}{journey_id}"


def enrolment(base: str, person: str, journey_id: str, subject: str) -> Key:
    """A contact's place in a journey, about a site or an order."""
    return contact_partition(base, person), f"{enrolments_in(journey_id)}{subject}"


def enrolments_in(journey_id: str) -> str:
    """What the keys of a contact's enrolments in a journey begin with."""
    return f"{ENROLMENT_PREFIX}{journey_id}#"


def begun(base: str, person: str, advertiser_id: str, journey_id: str) -> Key:
    """When a contact began a journey of an advertiser's."""
    return contact_partition(base, person), f"BEGUN#{advertiser_id}#{journey_id}"


def sent_step(base: str, person: str, advertiser_id: str, journey_id: str, step: str) -> Key:
    """When a contact was sent a step of such a journey."""
    return contact_partition(base, person), f"STEP#{advertiser_id}#{journey_id}#{step}"


def participant(base: str, person: str, advertiser_id: str, journey_id: str, version: int) -> Key:
    """A contact's part in what a version of an advertiser's journey compares."""
    return contact_partition(base, person), f"{PARTICIPANT_PREFIX}{advertiser_id}#{journey_id}#{version}"


def ordered(base: str, person: str, site_id: str, order: str) -> Key:
    """What a contact has ordered."""
    return contact_partition(base, person), f"{ORDERED_PREFIX}{site_id}#{order}"


def sold(site_id: str, item: str) -> Key:
    """A thing that a site has sold, and what with it."""
    return f"SOLD#{site_id}#{item}", "SOLD"


def complements(advertiser_id: str) -> Key:
    """What an advertiser offers to whoever has bought something."""
    return f"ADV#{advertiser_id}", "COMPLEMENTS"


def automatic_answers(advertiser_id: str) -> Key:
    """What an advertiser lets be answered by itself."""
    return f"ADV#{advertiser_id}", "ANSWERS"


def answered_itself(thread_id: str) -> Key:
    """What a conversation was answered by itself."""
    return f"{THREAD_PREFIX}{thread_id}", "ANSWERED"


def ledger(person: str) -> Key:
    """A person's pressure ledger and oppositions."""
    return f"{PERSON_PREFIX}{person}", "LEDGER"


def message(message_id: str) -> Key:
    """A message, from its intention to its receipt."""
    return f"MSG#{message_id}", "MSG"


def message_named(key: Key) -> str:
    """The id of the message that stands under a key."""
    return key[0].removeprefix("MSG#")


def link(code: str) -> Key:
    """A personal short link."""
    return f"LINK#{code}", "LINK"


def is_shared(name: str) -> bool:
    """Whether a link's name is a standalone one's: on a domain of its own, or shorter than any personal code."""
    return "/" in name or len(name) < PERSONAL_CODE


def link_copies(name: str) -> tuple[Key, ...]:
    """Where a link stands: a standalone one in several places, so that a click by thousands throttles none."""
    if not is_shared(name):
        return (link(name),)
    return tuple((f"LINK#{name}#{copy}", "LINK") for copy in range(LINK_COPIES))


def link_domain(domain: str) -> Key:
    """An advertiser's own domain for short links."""
    return f"DOMAIN#{domain}", "DOMAIN"


def domain_of(key: Key) -> str:
    """The domain that a key of one names."""
    return key[0].partition("#")[2]


def click(click_id: str) -> Key:
    """One click on a short link."""
    return f"{CLICK_PREFIX}{click_id}", "CLICK"


def first_click(code: str) -> Key:
    """The mark that a person has clicked a personal link."""
    return f"LINK#{code}", "FIRST"


def first_visit(code: str, browser: str, day: int) -> Key:
    """The mark that a browser, by its hash, has come by a standalone link on a day, counted from the epoch.

    A partition each: a link that thousands click at once does not throttle one.
    """
    return f"LINK#{code}#{browser}", f"FIRST#{day}"


def contact_clicked(base: str, person: str, campaign: str) -> Key:
    """The mark that a contact has clicked a link of a campaign."""
    return contact_partition(base, person), f"CLICKED#{campaign}"


def click_of(base: str, person: str, at: int, click_id: str) -> Key:
    """That a contact clicked."""
    return contact_partition(base, person), f"{CLICK_PREFIX}{at:013d}#{click_id}"


def click_shown(site_id: str, visitor_id: str, click_id: str) -> Key:
    """That a browser came by a click."""
    return trail(site_id, visitor_id), f"{CLICK_PREFIX}{click_id}"


def conversion(site_id: str, transaction: str) -> Key:
    """A purchase, by the shop's own number for it."""
    return f"{CONVERSION_PREFIX}{site_id}#{transaction}", "CONV"


def bought(base: str, person: str, site_id: str, transaction: str) -> Key:
    """That a purchase was a contact's, or came of a link to it."""
    return contact_partition(base, person), f"{BOUGHT_PREFIX}{site_id}#{transaction}"


def base_size(base: str) -> str:
    """The partition of the number of a base's contacts."""
    return f"SIZE#{base}"


def aged_out(base: str, chain_id: str) -> Key:
    """The mark that a contact which aged out has left its base's count."""
    return base_size(base), f"GONE#{chain_id}"


def link_scope(name: str) -> str:
    """The scope of what is counted of one standalone link."""
    return f"link/{name}"


def counter(scope: str, at: int, shard: int) -> Key:
    """One shard of a scope's counts in the hour of `at`."""
    partition, hour = counter_hour_shards(scope, at)
    return partition, f"{hour}{shard}"


def counter_hour_shards(scope: str, at: int) -> Key:
    """The partition and the beginning of the sort keys of all shards of a scope's hour."""
    return counter_partition(scope, at), f"{time.strftime('%H', time.gmtime(at // 1000))}#"


def counter_partition(scope: str, at: int) -> str:
    """All hours and shards of a scope's counts on the day (UTC) of `at`."""
    return f"COUNT#{scope}#{time.strftime('%Y%m%d', time.gmtime(at // 1000))}"


def counter_hour(sk: str) -> int:
    """The hour of the day (UTC) that an item of such a partition counts in."""
    return int(sk.partition("#")[0])


def counter_in_all(scope: str, shard: int) -> Key:
    """One shard of a scope's counts that are not told by hour."""
    return counter_in_all_partition(scope), str(shard)


def counter_in_all_partition(scope: str) -> str:
    """All shards of a scope's counts that are not told by hour."""
    return f"COUNT#{scope}#all"


def exports(advertiser_id: str) -> str:
    """The partition of an advertiser's exports."""
    return f"ADV#{advertiser_id}"


def export(advertiser_id: str, export_id: str) -> Key:
    """An export that was asked for."""
    return exports(advertiser_id), f"{EXPORT_PREFIX}{export_id}"


def daybook(at: int, shard: int) -> str:
    """A shard of what was noted on the day (UTC) of `at`."""
    return f"DAYBOOK#{time.strftime('%Y%m%d', time.gmtime(at // 1000))}#{shard}"


def daybook_line(noted: int, shard: int, owner: str, name: str) -> Key:
    """What one transaction told."""
    return daybook(noted, shard), f"{owner}#{noted:013d}#{name}"


def segments(advertiser_id: str) -> str:
    """The partition of an advertiser's segments."""
    return f"ADV#{advertiser_id}"


def segment(advertiser_id: str, segment_id: str) -> Key:
    """A segment of an advertiser's base."""
    return segments(advertiser_id), f"{SEGMENT_PREFIX}{segment_id}"


def segment_size(segment_id: str) -> str:
    """The partition of the number of a segment's members."""
    return f"MEMBERS#{segment_id}"


def roster_shard(name: str) -> int:
    """Where a person stands in a segment and on a base's roster, and a message in its broadcast."""
    return zlib.crc32(name.encode()) % ROSTER_SHARDS


def members(segment_id: str, shard: int) -> str:
    """A shard of a segment's members."""
    return f"MEMBERS#{segment_id}#{shard}"


def member(segment_id: str, person: str) -> Key:
    """That a person is in a segment."""
    return members(segment_id, roster_shard(person)), person


def member_of(base: str, person: str, segment_id: str) -> Key:
    """The same, where the contact's own things are."""
    return contact_partition(base, person), f"{MEMBER_OF_PREFIX}{segment_id}"


def roster(base: str, shard: int) -> str:
    """A shard of the people who are in a base."""
    return f"ROSTER#{base}#{shard}"


def on_roster(base: str, person: str) -> Key:
    """That a person is in a base."""
    return roster(base, roster_shard(person)), person


def broadcasts(advertiser_id: str) -> str:
    """The partition of an advertiser's broadcasts."""
    return f"ADV#{advertiser_id}"


def broadcast(advertiser_id: str, broadcast_id: str) -> Key:
    """A broadcast of an advertiser."""
    return broadcasts(advertiser_id), f"{BROADCAST_PREFIX}{broadcast_id}"


def recipients(broadcast_id: str, shard: int) -> str:
    """A shard of a broadcast's messages, foreseen or made."""
    return f"RECIPIENTS#{broadcast_id}#{shard}"


def recipient(broadcast_id: str, message_id: str) -> Key:
    """One message of a broadcast: its id is a keyed hash of broadcast and person, and names neither."""
    return recipients(broadcast_id, roster_shard(message_id)), message_id


def import_run(base: str, run: str) -> Key:
    """How far an import came."""
    return f"IMPORT#{base}#{run}", "IMPORT"


def import_upload(base: str, upload: str) -> Key:
    """An import of an uploaded file."""
    return f"IMPORT#{base}#{upload}", "UPLOAD"


def number(digits: str) -> str:
    """The partition of a number that is written to."""
    return f"NUMBER#{digits}"


def keyword_number(digits: str) -> Key:
    """A number that takes opt-ins by text."""
    return number(digits), "NUMBER"


def number_owner(digits: str, advertiser_id: str, country: str, value: str) -> Key:
    """That a number is that of an advertiser's sender, or takes the STOPs to it."""
    return number(digits), f"{OWNER_PREFIX}{advertiser_id}#{country}#{value}"


def keyword_of(advertiser_id: str) -> Key:
    """Which number takes an advertiser's opt-ins."""
    return f"ADV#{advertiser_id}", "KEYWORD"


def heard(text_id: str) -> Key:
    """A text from a phone."""
    return f"HEARD#{text_id}", "HEARD"


def text_parts(name: str) -> Key:
    """What came of a long text."""
    return f"{TEXT_PARTS_PREFIX}{name}", "PARTS"


def stray(at: int, text_id: str) -> Key:
    """A text that is nobody's."""
    return STRAYS, f"{at:013d}#{text_id}"


def answered(person: str, advertiser_id: str, answer: str) -> Key:
    """When a person was last answered something for an advertiser."""
    return f"{PERSON_PREFIX}{person}", f"ANSWERED#{advertiser_id}#{answer}"


def lead_source(source_id: str) -> Key:
    """A tool that sends leads."""
    return f"LEADS#{source_id}", "LEADS"


def shop_source(source_id: str) -> Key:
    """A shop platform that tells of a site's orders."""
    return f"SHOPS#{source_id}", "SHOPS"


def catalogue(site_id: str) -> str:
    """The partition of what a site sells."""
    return f"CATALOGUE#{site_id}"


def product(site_id: str, product_id: str) -> Key:
    """A product of a site."""
    return catalogue(site_id), product_id


def webhooks(advertiser_id: str) -> str:
    """The partition of an advertiser's webhooks."""
    return f"ADV#{advertiser_id}"


def webhook(advertiser_id: str, webhook_id: str) -> Key:
    """An address that an advertiser is told events at."""
    return webhooks(advertiser_id), f"{WEBHOOK_PREFIX}{webhook_id}"


def deliveries(webhook_id: str) -> str:
    """The partition of what a webhook was told."""
    return f"{WEBHOOK_PREFIX}{webhook_id}"


def delivery(webhook_id: str, delivery_id: str) -> Key:
    """One event on its way to a webhook; their ids are in the order of time."""
    return deliveries(webhook_id), f"{DELIVERY_PREFIX}{delivery_id}"


def announced(webhook_id: str, digest: str) -> Key:
    """The mark that an event was announced to a webhook."""
    return deliveries(webhook_id), f"ANNOUNCED#{digest}"


def notice_settings(advertiser_id: str) -> Key:
    """Who of an advertiser is told that conversations wait."""
    return f"ADV#{advertiser_id}", "NOTICES"


def notices(advertiser_id: str) -> str:
    """The partition of what an advertiser is to be told of its conversations."""
    return f"NOTICES#{advertiser_id}"


def waiting_note(advertiser_id: str, thread_id: str) -> Key:
    """That a thread waits."""
    return notices(advertiser_id), f"{WAITS_PREFIX}{thread_id}"


def to_mail(advertiser_id: str, thread_id: str) -> Key:
    """That the next e-mail tells of a thread."""
    return notices(advertiser_id), f"{TO_MAIL_PREFIX}{thread_id}"


def mailing(advertiser_id: str) -> Key:
    """When an advertiser's e-mails leave."""
    return notices(advertiser_id), "MAIL"


def notified(key: Key) -> str:
    """Whom a notice is for."""
    return key[0].partition("#")[2]


def verification(verification_id: str) -> Key:
    """A one-time code that was sent."""
    return f"VERIFY#{verification_id}", "VERIFY"


def limit(scope: str, start: int) -> Key:
    """How much a scope has used of the window that began at `start`."""
    return f"LIMIT#{scope}#{start}", "LIMIT"


def optin(request: str) -> Key:
    """An opt-in that waits for its code."""
    return f"OPTIN#{request}", "OPTIN"


def number_check(base: str, person: str) -> Key:
    """What a check found of a contact's number."""
    return contact_partition(base, person), "HLR"


def number_checks(digest: str) -> Key:
    """A run of number checks whose answers may still come, by the SHA-256 of its reference."""
    return f"CHECKS#{digest}", "CHECKS"


def receipt(provider: str, digest: str) -> Key:
    """That a provider's report was taken."""
    return f"RECEIPT#{provider}#{digest}", "RECEIPT"


def handed(provider: str, digest: str) -> Key:
    """Which message a provider's own id stands for."""
    return f"HANDED#{provider}#{digest}", "HANDED"


def opt_outs(provider: str) -> Key:
    """How far the pull of a provider's opt-out list came."""
    return f"OPTOUTS#{provider}", "OPTOUTS"


def outbox(at: int, entry_id: str) -> Key:
    """A message or a reply kept for the phone simulator."""
    return "OUTBOX", f"{at:013d}#{entry_id}"
