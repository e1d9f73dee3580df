"""Coming over from a peer: first who said no, then what was sent lately, and only then who agreed.

All of it can be run again: what is there already is not written twice, and who came back since stays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from chalicelib.audience.consents import consent
from chalicelib.audience.intake import BATCH, Arrival, Intake
from chalicelib.audience.migration.contract import LeftOut, Meaning, Said
from chalicelib.audience.migration.reading import PeerFile, rows
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import Clock
from chalicelib.storage.contacts import RETENTION, Contact, Contacts
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Ledger, Opposition, Send
from chalicelib.storage.ledgers import Ledgers
from chalicelib.vault import Vault, identifier_digest

_MOST_ERRORS = 1_000
_GROUP = 100
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class RowLeftOut:
    """A row that was not taken."""

    file: int
    """Which of the files, from 1."""
    line: int
    rule: str


@dataclass(slots=True)
class MigrationReport:
    """What became of the files. People are counted once, rows each time."""

    rows: int = 0
    opposed: dict[str, int] = field(default_factory=dict)
    """`new`, `known`, or `came_back`: who has come back to this advertiser since, by START or by code."""
    sends: dict[str, int] = field(default_factory=dict)
    """`new`, or `known_or_old`: older than the 31 days that pressure is counted over."""
    contacts: dict[str, int] = field(default_factory=dict)
    """Outcomes of the rows that agreed."""
    sendable: int = 0
    not_sendable: dict[str, int] = field(default_factory=dict)
    """Of the people whose rows agreed: why nothing can be sent."""
    matchable: int = 0
    not_matchable: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    """Rows by the rule that leaves them out."""
    errors: list[RowLeftOut] = field(default_factory=list)
    """The first thousand of them, without the rows that say nothing of SMS."""


_SAY_NOTHING = frozenset(("other_event", "no_consent", "no_phone"))


class Target:
    """The base that people come into."""

    def __init__(
        self, base: str, *, intake: Intake, ledgers: Ledgers, contacts: Contacts, vault: Vault, clock: Clock
    ) -> None:
        self.base = base
        self.intake = intake
        self.ledgers = ledgers
        self.contacts = contacts
        self.vault = vault
        self.clock = clock


class Migration:
    """One run over a peer's files. Without a target nothing is written: the report says what would come of it."""

    def __init__(
        self,
        files: Sequence[PeerFile],
        target: Target | None,
        now: int,
        wording: str | None = None,
        wording_hash: str | None = None,
    ) -> None:
        self._files = files
        self._target = target
        self._now = now
        self._wording = wording
        self._wording_hash = wording_hash
        self._report = MigrationReport()
        self._refused: set[str] = set()
        """Digests of the phones that said no, for a dry run."""
        self._seen: set[str] = set()

    def run(self) -> MigrationReport:
        """Do it all. Raises StorageUnavailable: running again goes on."""
        for group in _grouped(self._refusals(), _GROUP):
            self._oppose(group)
        for group in _grouped(self._said("sent"), _GROUP):
            self._remember(group)
        for batch in _grouped(self._agreements(), BATCH):
            self._take(batch)
        return self._report

    def _refusals(self) -> Iterator[Said]:
        """Each no. In a feed of events the phone's newest word counts; anywhere else a no is one."""
        for number, file in enumerate(self._files, 1):
            last: dict[str, Said] = {}
            for said in self._read(number, file):
                if said.meaning != "refused":
                    continue
                if file.kind != "events":
                    yield said
                elif said.phone not in last or self._when(said) > self._when(last[said.phone]):
                    last[said.phone] = said
            if last:
                self._forget_returns(file, last)
            yield from last.values()

    def _read(self, number: int, file: PeerFile) -> Iterator[Said]:
        """A file's rows for the first time: those that are left out are noted."""
        for said in rows(file):
            self._report.rows += 1
            if isinstance(said, LeftOut):
                self._leave_out(number, said)
            else:
                yield said

    def _forget_returns(self, file: PeerFile, last: dict[str, Said]) -> None:
        """Take the refusals away after which the same feed has an opt-in."""
        for said in rows(file):
            if not isinstance(said, Said) or said.meaning != "agreed" or said.phone not in last:
                continue
            if self._when(last[said.phone]) < self._when(said) <= self._now:
                del last[said.phone]

    def _when(self, said: Said) -> int:
        """A refusal without a date is taken for one of now."""
        return self._now if said.at is None else said.at

    def _said(self, meaning: Meaning) -> Iterator[Said]:
        for file in self._files:
            for said in rows(file):
                if isinstance(said, Said) and said.meaning == meaning:
                    yield said

    def _agreements(self) -> Iterator[tuple[Said, PeerFile]]:
        for number, file in enumerate(self._files, 1):
            for said in rows(file):
                if not isinstance(said, Said) or said.meaning != "agreed" or said.at is None:
                    continue
                if said.at > self._now:
                    self._leave_out(number, LeftOut(said.line, "not_in_future"))
                elif said.at + RETENTION <= self._now:
                    self._leave_out(number, LeftOut(said.line, "too_old"))
                else:
                    yield said, file

    def _oppose(self, group: Sequence[Said]) -> None:
        outcomes: Counter[str] = Counter(self._report.opposed)
        if self._target is None:
            new = {identifier_digest(said.phone) for said in group} - self._refused
            self._refused |= new
            outcomes["new"] += len(new)
        else:
            people = {self._target.vault.person(said.phone): said for said in group}
            ledgers = self._target.ledgers.get_all(people)
            outcomes.update(self._oppose_one(self._target, ledgers[person], said) for person, said in people.items())
        self._report.opposed = dict(outcomes)

    def _oppose_one(self, target: Target, ledger: Ledger, said: Said) -> str:
        base = target.base
        if base in ledger.opposed:
            return "known"
        back = ledger.readmitted.get(base)
        if back is not None and (said.at is None or said.at <= back):
            return "came_back"
        at = min(said.at or self._now, self._now)
        counted = count(base, f"migrated-{ledger.person}", self._now, "opposed.migrated")
        return "new" if target.ledgers.oppose(ledger.person, base, Opposition(at, "migrated"), counted) else "known"

    def _remember(self, group: Sequence[Said]) -> None:
        new = 0
        if self._target:
            sends: dict[str, list[Send]] = {}
            for said in group:
                person = self._target.vault.person(said.phone)
                sends.setdefault(person, []).append(_send(self._target.base, person, said))
            new = sum(self._target.ledgers.remember(person, made, self._now) for person, made in sends.items())
        outcomes = Counter(self._report.sends)
        outcomes.update({"new": new, "known_or_old": len(group) - new} if self._target else {"read": len(group)})
        self._report.sends = dict(outcomes)

    def _take(self, batch: Sequence[tuple[Said, PeerFile]]) -> None:
        if self._target is None:
            self._foretell([said for said, _ in batch])
            return
        target = self._target
        outcomes = target.intake.take_many(target.base, [self._arrival(said, file) for said, file in batch])
        self._report.contacts = dict(Counter(self._report.contacts) + Counter(outcomes))
        people = [target.vault.person(said.phone) for said, _ in batch]
        contacts, ledgers = target.contacts.get_all(target.base, people), target.ledgers.get_all(people)
        for person in dict.fromkeys(people):
            if self._is_new(person):
                self._judge(target.base, contacts.get(person), ledgers[person])

    def _judge(self, base: str, contact: Contact | None, ledger: Ledger) -> None:
        if ledger.opposition(base):
            why: str | None = "opposed"
        elif contact is None or consent(contact, "sms_marketing", base) is None:
            why = "no_sms_marketing_consent"
        elif contact.unreachable_at:
            why = "number_invalid"
        else:
            why = None
        matched = contact is not None and consent(contact, "matching", base) is not None
        self._tell(why, "opposed" if why == "opposed" else None if matched else "no_matching_consent")

    def _foretell(self, batch: Sequence[Said]) -> None:
        for said in batch:
            digest = identifier_digest(said.phone)
            if self._is_new(digest):
                opposed = "opposed" if digest in self._refused else None
                self._tell(opposed, opposed or "no_matching_consent")

    def _tell(self, not_sendable: str | None, not_matchable: str | None) -> None:
        report = self._report
        if not_sendable:
            report.not_sendable[not_sendable] = report.not_sendable.get(not_sendable, 0) + 1
        else:
            report.sendable += 1
        if not_matchable:
            report.not_matchable[not_matchable] = report.not_matchable.get(not_matchable, 0) + 1
        else:
            report.matchable += 1

    def _is_new(self, who: str) -> bool:
        if who[:20] in self._seen:
            return False
        self._seen.add(who[:20])
        return True

    def _arrival(self, said: Said, file: PeerFile) -> Arrival:
        evidence = {"peer": file.peer.name, "line": str(said.line)} | ({"source": said.source} if said.source else {})
        statement = Statement(
            given={"sms_marketing": True},
            at=said.at or 0,
            source="migration",
            wording=self._wording,
            wording_hash=self._wording_hash,
            proof=file.form.fingerprint,
            evidence=evidence,
        )
        return Arrival(Profile(said.phone, said.email, said.first_name, said.last_name), statement)

    def _leave_out(self, number: int, row: LeftOut) -> None:
        report = self._report
        report.left_out[row.rule] = report.left_out.get(row.rule, 0) + 1
        if row.rule not in _SAY_NOTHING and len(report.errors) < _MOST_ERRORS:
            report.errors.append(RowLeftOut(number, row.line, row.rule))


def _send(base: str, person: str, said: Said) -> Send:
    """A send with an id of its own, the same each time that the file is read."""
    named = hashlib.sha256(f"{base}/{person}/{said.at}/{said.message}".encode()).hexdigest()[:24]
    return Send(said.at or 0, base, "migrated", "marketing", f"migrated_{named}")


def _grouped(items: Iterable[_Row], size: int) -> Iterator[list[_Row]]:
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group
