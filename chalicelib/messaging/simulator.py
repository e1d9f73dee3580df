"""Reads a week of an advertiser's messages, and tells what other caps and hours would have done to them.

All of them up to `AT_ONCE`; of more a sample: the list's index is read for their names, `SAMPLE` of those are drawn by
a hash, and whoever they were for is read with all that was asked for them. What is read does not grow past that.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.audience.profile import open_profile
from chalicelib.clock import DAY, Clock
from chalicelib.messaging.decide import Where
from chalicelib.messaging.past import past_of
from chalicelib.messaging.recipients import place_of_contact
from chalicelib.messaging.replay import Asked, Person
from chalicelib.messaging.signing import CountryBook
from chalicelib.messaging.simulation import Sample, Theirs, replayed, told
from chalicelib.storage import keys
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.caps import OperatorCaps
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.lists import Lists
from chalicelib.storage.messages import Message, Messages, from_item
from chalicelib.vault import Vault

AT_ONCE = 2_000
"""Messages that are all looked at within one request; above that, a sample."""
SAMPLE = 300
WEEK = 7 * DAY
MADE_BEFORE = 3 * DAY
"""A message that is decided about now was made at most so long ago: what waited longer for its time is not seen."""
_ZONE = "Europe/Paris"
_BATCH = 100


class Simulator:
    """Looks back. Nothing is sent, and nothing is taken."""

    def __init__(
        self,
        *,
        lists: Lists,
        messages: Messages,
        contacts: Contacts,
        ledgers: Ledgers,
        operator_caps: OperatorCaps,
        countries: CountryBook,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._lists = lists
        self._messages = messages
        self._contacts = contacts
        self._ledgers = ledgers
        self._operator_caps = operator_caps
        self._countries = countries
        self._vault = vault
        self._clock = clock

    def last_week(self, as_set: Advertiser, tried: Advertiser) -> dict[str, Any]:
        """The seven days up to now under both settings, as the API tells them. Raises StorageUnavailable."""
        until = self._clock.now()
        since = until - WEEK
        listed = self._all(as_set.id, since)
        if listed is not None:
            asked = _asked(listed, since, until)
            around, drawn, number = asked, {one.message.id for one in asked}, len(asked)
        else:
            around, drawn, number, since = self._sample(as_set.id, since, until)
        people, gone, caps = [], 0, self._operator_caps.get()
        for person, theirs in self._people(around):
            looked_at = [one for one in theirs if one.message.id in drawn]
            if person is None:
                gone += len(looked_at)
            else:
                people.append(replayed(person, as_set, tried, caps, until, looked_at))
        sample = Sample(since, until, number, _number(people), listed is not None, gone)
        return told(people, sample, as_set, caps, as_set.agent.zone if as_set.agent else _ZONE)

    def _all(self, advertiser: str, since: int) -> list[Message] | None:
        """All messages that may have been decided about since; None where there are too many."""
        found: list[Message] = []
        after: str | None = ""
        while after is not None:
            page, after = self._lists.page("messages", advertiser, AT_ONCE, after=after, since=since - MADE_BEFORE)
            found += map(from_item, page)
            if after is not None and len(found) >= AT_ONCE:
                return None
        return found

    def _sample(self, advertiser: str, since: int, until: int) -> tuple[list[Asked], set[str], int, int]:
        """What was asked for some people, which messages of it were drawn, of how many, and since when."""
        listed, begins = self._lists.names("messages", advertiser, since - MADE_BEFORE)
        since = max(since, begins)
        names = [keys.message_named(key) for key in listed]
        chosen = sorted(names, key=lambda name: (zlib.crc32(name.encode()), name))[:SAMPLE]
        drawn: dict[str, Message] = {}
        for start in range(0, len(chosen), _BATCH):
            drawn |= self._messages.get_all(chosen[start : start + _BATCH])
        meant = _asked(drawn.values(), since, until)
        around: dict[str, Asked] = {}
        for base, person in dict.fromkeys((one.message.base, one.message.person) for one in meant):
            theirs = [each for each in self._messages.of_contact(base, person) if each.advertiser == advertiser]
            around |= {one.message.id: one for one in _asked(theirs, since, until)}
        number = round(len(names) * len(meant) / max(len(drawn), 1))
        return list(around.values()), {one.message.id for one in meant}, number, since

    def _people(self, asked: Sequence[Asked]) -> Iterable[tuple[Person | None, list[Asked]]]:
        """Everybody with what was asked for them; None for who is not in the base any more."""
        found: defaultdict[tuple[str, str], list[Asked]] = defaultdict(list)
        for one in asked:
            found[one.message.base, one.message.person].append(one)
        everybody = list(found)
        for start in range(0, len(everybody), _BATCH):
            batch = everybody[start : start + _BATCH]
            contacts: dict[tuple[str, str], Contact] = {}
            for base in {base for base, _ in batch}:
                theirs = self._contacts.get_all(base, [person for its, person in batch if its == base])
                contacts |= {(base, person): contact for person, contact in theirs.items()}
            ledgers = self._ledgers.get_all(dict.fromkeys(person for _, person in batch))
            for who in batch:
                contact = contacts.get(who)
                if contact is None:
                    yield None, found[who]
                    continue
                place = place_of_contact(open_profile(self._vault, contact).phone, contact.fields)
                where = Where(place, self._countries.profile(place.country))
                yield Person(contact, where, ledgers[who[1]], tuple(found[who])), found[who]


def _asked(messages: Iterable[Message], since: int, until: int) -> list[Asked]:
    """Those that caps or hours were asked about in the time."""
    ways = ((one, past_of(one)) for one in messages if one.message_class != "authorisation" and not one.is_answer)
    return [Asked(message, past) for message, past in ways if past and since <= past.asked_at < until]


def _number(people: Iterable[Theirs]) -> int:
    return sum(len(theirs.replayed) for theirs in people)
