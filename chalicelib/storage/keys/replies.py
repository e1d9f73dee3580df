"""Texts from phones, conversations, and who is told that one waits."""

from __future__ import annotations

from chalicelib.storage.keys.advertisers import advertiser_partition
from chalicelib.storage.keys.audience import contact_partition
from chalicelib.storage.keys.messaging import PERSON_PREFIX
from chalicelib.storage.keys.table import Key

THREAD_PREFIX = "THREAD#"
SAID_PREFIX = "SAID#"
QUICK_REPLY_PREFIX = "QUICK#"
OWNER_PREFIX = "OWNER#"
TEXT_PARTS_PREFIX = "PARTS#"
STRAYS = "STRAYS"
WAITS_PREFIX = "WAITS#"
TO_MAIL_PREFIX = "TOMAIL#"


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
    return advertiser_partition(advertiser_id), "KEYWORD"


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


def automatic_answers(advertiser_id: str) -> Key:
    """What an advertiser lets be answered by itself."""
    return advertiser_partition(advertiser_id), "ANSWERS"


def answered_itself(thread_id: str) -> Key:
    """What a conversation was answered by itself."""
    return f"{THREAD_PREFIX}{thread_id}", "ANSWERED"


def quick_reply(advertiser_id: str, reply: str) -> Key:
    """What an advertiser's agents say again and again."""
    return advertiser_partition(advertiser_id), f"{QUICK_REPLY_PREFIX}{reply}"


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


def notice_settings(advertiser_id: str) -> Key:
    """Who of an advertiser is told that conversations wait."""
    return advertiser_partition(advertiser_id), "NOTICES"


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
