"""A contact's place in a journey: which message is meant for it, and which cart it is about."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys, messages
from chalicelib.storage.table import Put, Table, TransactionRefused, Update, Write

UNSIGNED_ENROLS_EVERY = DAY
"""A browser that nobody vouches for could name one phone after the other."""

NotEnrolled = Literal["enrolled_meanwhile", "browser_enrolled_another"]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The newest enrolment of a contact in a journey of a site."""

    base: str
    person: str
    journey: str
    site: str
    message: str
    at: int


class Enrolments:
    """One item per contact, journey and site: nobody is enrolled twice for one cart."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, base: str, person: str, journey: str, site: str) -> Enrolment | None:
        """The newest enrolment, or None."""
        item = self._table.get(keys.enrolment(base, person, journey, site))
        return Enrolment(**{name: item[name] for name in Enrolment.__slots__}) if item else None

    def begin(
        self,
        enrolment: Enrolment,
        previous: Enrolment | None,
        message: messages.Message,
        unsigned: str | None = None,
    ) -> NotEnrolled | None:
        """Enrol and schedule the message, both or none; None where that was done, else why not.

        `unsigned` is the browser whose word is all that there is for it: it enrols one person a day.
        """
        key = keys.enrolment(enrolment.base, enrolment.person, enrolment.journey, enrolment.site)
        place = Put(
            key,
            {"type": "enrolment", "v": 1, "ttl": _ttl(enrolment)} | asdict(enrolment),
            condition="#message = :previous" if previous else "attribute_not_exists(pk)",
            values={"previous": previous.message} if previous else {},
        )
        try:
            writes: list[Write] = [place, messages.create(message), messages.reference(message)]
            self._table.transact([*writes, _mark(enrolment, unsigned)] if unsigned else writes)
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return "enrolled_meanwhile" if refused.failed & {0, 1, 2} else "browser_enrolled_another"
        return None


def _mark(enrolment: Enrolment, visitor: str) -> Update:
    """That a browser enrolled somebody, on condition that it has enrolled nobody else for a day."""
    return Update(
        keys.visitor(enrolment.site, visitor),
        "SET #enrolled = :enrolled",
        {
            "enrolled": {"person": enrolment.person, "at": enrolment.at},
            "person": enrolment.person,
            "before": enrolment.at - UNSIGNED_ENROLS_EVERY,
        },
        condition="attribute_exists(pk) AND (attribute_not_exists(#enrolled)"
        " OR #enrolled.#person = :person OR #enrolled.#at <= :before)",
    )


def _ttl(enrolment: Enrolment) -> int:
    return (enrolment.at + messages.RETENTION) // SECOND
