"""Who was asked what by a survey, and what they answered.

Two items a person and survey. The *respondent* stands in the contact's partition: what the person was asked, when, and
which replies were taken. The *entry* stands with the survey's others under a pseudonym of its own: the answers that
count. Whoever changes an entry moves the survey's counts by the difference, in the same transaction, so a reply that is
told twice, late or in another order ends at the same sums (docs/adr/0031).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.counters import Counters, difference, moved_in_all
from chalicelib.storage.table import Delete, Put, Table, TransactionRefused, Update, Write

_RETENTION = 395 * DAY
"""As what contacts do in experiments (docs/retention.md)."""
_REMEMBERED = 40
"""Replies and questions that a respondent is known by."""


@dataclass(frozen=True, slots=True)
class Asked:
    """That a question was put to a person."""

    question: str
    at: int
    message: str = ""
    """The SMS that began it; empty for a question that followed an answer."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a reply."""

    outcome: str
    question: str
    says: str = ""
    """What was answered: a question's id, or a kind of text."""
    begun: int = 0
    """When the round of questions was begun that it answered."""
    at: int = 0
    """When the reply was written."""


@dataclass(frozen=True, slots=True)
class Respondent:
    """A person in a survey, as the contact's base knows them."""

    base: str
    person: str
    advertiser: str
    survey: str
    asked: tuple[Asked, ...]
    replies: Mapping[str, Taken] = field(default_factory=dict)
    """By the reply's id."""
    version: int = 1

    @property
    def key(self) -> keys.Key:
        """Where it is stored."""
        return keys.respondent(self.base, self.person, self.advertiser, self.survey)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that counts."""

    value: int | str
    """A score or the code of a choice. Of a free text that there is one: it stands sealed with the entry."""
    at: int
    """When it was written."""
    reply: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A person's answers to a survey, under a pseudonym that is of this survey only."""

    id: str
    survey: str
    advertiser: str
    base: str
    person: str
    answers: Mapping[str, Given] = field(default_factory=dict)
    """By question."""
    texts: bytes | None = None
    """JSON of the free texts by question, sealed."""
    version: int = 0

    @property
    def key(self) -> keys.Key:
        """Where it is stored."""
        return keys.survey_entry(self.survey, _shard(self.id), self.id)


class SurveyEntries:
    """Each write holds only where the items still are as they were read."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters

    def asked(self, base: str, person: str, advertiser: str) -> list[Respondent]:
        """What a contact was asked by an advertiser."""
        prefix = keys.respondents_of(advertiser)
        return [_respondent(item) for item in self._table.query(keys.contact_partition(base, person), prefix)]

    def of_contact(self, base: str, person: str) -> list[Respondent]:
        """What a contact was asked by anybody."""
        found = self._table.query(keys.contact_partition(base, person), keys.RESPONDENT_PREFIX, expired=True)
        return [_respondent(item) for item in found]

    def respondent(self, key: keys.Key) -> Respondent | None:
        """One respondent as it stands, or None."""
        item = self._table.get(key)
        return _respondent(item) if item else None

    def entry(self, survey: str, entry_id: str) -> Entry | None:
        """One entry, or None."""
        item = self._table.get(keys.survey_entry(survey, _shard(entry_id), entry_id))
        return _entry(item) if item else None

    def of_survey(self, survey: str) -> Iterator[Entry]:
        """All entries of a survey, shard by shard."""
        for shard in range(keys.SURVEY_SHARDS):
            for item in self._table.query(keys.survey_entries(survey, shard)):
                yield _entry(item)

    def counts(self, advertiser: str, survey: str) -> dict[str, int]:
        """What the survey's answers sum up to."""
        return self._counters.read_in_all(scope_of(advertiser, survey))

    def take(
        self, after: Respondent, before: Entry | None, entry: Entry | None, now: int, counted: Mapping[str, int]
    ) -> bool:
        """Store what a reply changed, with the counts that it moves; False where somebody was faster.

        `after` is at the version that was read. `entry` is None where it stays as it was; `counted` comes on top.
        """
        put = Put(
            after.key,
            _respondent_item(after),
            "#version = :known",
            {"known": after.version},
        )
        writes: list[Write] = [put]
        by = dict(counted)
        if entry is not None:
            writes.append(_entry_put(entry))
            by |= difference(figures(before) if before else {}, figures(entry))
        if by:
            writes.append(moved_in_all(scope_of(after.advertiser, after.survey), after.person, now, by))
        try:
            self._table.transact(writes)
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return False
        return True

    def forget(self, entry: Entry) -> None:
        """Take a person's answers away. The sums stay: they name nobody."""
        self._table.delete(Delete(entry.key))


def asks(base: str, person: str, advertiser: str, survey: str, asked: Asked) -> list[Write]:
    """The writes that an SMS asks a survey's question, in the transaction of its claim: nothing is read for them."""
    key = keys.respondent(base, person, advertiser, survey)
    known = {"base": base, "person": person, "advertiser": advertiser, "survey": survey}
    written = ", ".join(f"#{name} = :{name}" for name in known)
    put = Update(
        key,
        f"SET #type = :type, #v = :v, #ttl = :ttl, {written},"
        " #asked = list_append(if_not_exists(#asked, :none), :asked) ADD #version :one",
        {
            "type": "respondent",
            "v": 1,
            "ttl": (asked.at + _RETENTION) // SECOND,
            "none": [],
            "asked": [asdict(asked)],
            "one": 1,
        }
        | known,
    )
    return [put, moved_in_all(scope_of(advertiser, survey), person, asked.at, {"asked": 1})]


def figures(entry: Entry) -> dict[str, int]:
    """What an entry counts for."""
    told = {f"{question}.{given.value}": 1 for question, given in entry.answers.items()}
    told |= dict.fromkeys(entry.answers, 1)
    return told | ({"people": 1} if entry.answers else {})


def scope_of(advertiser: str, survey: str) -> str:
    """Where a survey's counts stand."""
    return f"{advertiser}/survey/{survey}"


def texts_context(survey: str, entry_id: str) -> str:
    """Where an entry's free texts are sealed for."""
    return f"survey/{survey}/{entry_id}"


def remembered(respondent: Respondent) -> Respondent:
    """Without what is too long ago to be told again."""
    newest = sorted(respondent.replies.items(), key=lambda reply: reply[1].at)[-_REMEMBERED:]
    return replace(respondent, asked=respondent.asked[-_REMEMBERED:], replies=dict(newest))


def _shard(entry_id: str) -> int:
    return zlib.crc32(entry_id.encode()) % keys.SURVEY_SHARDS


def _respondent_item(respondent: Respondent) -> Item:
    kept = asdict(remembered(respondent)) | {"version": respondent.version + 1}
    return {"type": "respondent", "v": 1, "ttl": (respondent.asked[-1].at + _RETENTION) // SECOND} | kept


def _entry_put(entry: Entry) -> Put:
    newest = max(given.at for given in entry.answers.values())
    item: Item = {"type": "survey_entry", "v": 1, "ttl": (newest + _RETENTION) // SECOND} | asdict(entry)
    item["version"] = entry.version + 1
    if entry.version:
        return Put(entry.key, item, "#version = :known", {"known": entry.version})
    return Put(entry.key, item, "attribute_not_exists(pk)")


def _respondent(item: Item) -> Respondent:
    known: dict[str, Any] = {name: item[name] for name in Respondent.__slots__ if name in item}
    replies = {reply: Taken(**taken) for reply, taken in item.get("replies", {}).items()}
    return Respondent(**known | {"asked": tuple(Asked(**one) for one in item["asked"]), "replies": replies})


def _entry(item: Item) -> Entry:
    known: dict[str, Any] = {name: item[name] for name in Entry.__slots__ if name in item}
    return Entry(**known | {"answers": {question: Given(**given) for question, given in item["answers"].items()}})
