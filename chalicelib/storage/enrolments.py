"""A contact's place in a journey: which message is meant for it, and which cart it is about."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from chalicelib.storage import keys, messages
from chalicelib.storage.table import Put, Table, TransactionRefused


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

    def begin(self, enrolment: Enrolment, previous: Enrolment | None, message: messages.Message) -> bool:
        """Enrol and schedule the message, both or none. False where another enrolment came first."""
        key = keys.enrolment(enrolment.base, enrolment.person, enrolment.journey, enrolment.site)
        place = Put(
            key,
            {"type": "enrolment", "v": 1} | asdict(enrolment),
            condition="#message = :previous" if previous else "attribute_not_exists(pk)",
            values={"previous": previous.message} if previous else {},
        )
        try:
            self._table.transact([place, messages.create(message)])
        except TransactionRefused as refused:
            if refused.failed:
                return False
            raise
        return True
