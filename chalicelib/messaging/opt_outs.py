"""Pulls the lists of people whom providers will not send to: what a carrier was told counts as told to us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chalicelib.clock import SECOND, Clock
from chalicelib.errors import RelanceError, StorageUnavailable
from chalicelib.logs import log
from chalicelib.sms_providers.contract import SendError
from chalicelib.sms_providers.opt_outs import OptOut, OptOutList
from chalicelib.sms_providers.transport import NoAnswer
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledger import EVERYONE, Ledger, Opposition
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.opt_out_pulls import OptOutPulls
from chalicelib.vault import Vault

_ENOUGH_MS = 30 * SECOND
"""What a page may take at most."""


@dataclass(slots=True)
class Pulled:
    """What one pull did, by provider."""

    listed: dict[str, int] = field(default_factory=dict)
    """How many numbers were read."""
    opposed: dict[str, int] = field(default_factory=dict)
    """How many oppositions are new."""
    unfinished: list[str] = field(default_factory=list)
    """Lists that were not read to their end, and go on there the next time."""


class OptOutPull:
    """The hour's work, and what goes before every broadcast."""

    def __init__(
        self,
        lists: Callable[[], Sequence[OptOutList]],
        pulls: OptOutPulls,
        ledgers: Ledgers,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._lists = lists
        self._pulls = pulls
        self._ledgers = ledgers
        self._vault = vault
        self._clock = clock

    def run(self, remaining_ms: Callable[[], int] | None = None) -> Pulled:
        """Read every list. One that cannot be read keeps no other from being read."""
        pulled = Pulled()
        for each in self._lists():
            try:
                ended = self._pull(each, pulled, remaining_ms or (lambda: _ENOUGH_MS))
            except (SendError, NoAnswer, StorageUnavailable) as error:
                ended = False
                log("opt_outs_unread", provider=each.name, detail=_told(error))
            if not ended:
                pulled.unfinished.append(each.name)
            listed, opposed = pulled.listed.get(each.name, 0), pulled.opposed.get(each.name, 0)
            log("opt_outs", provider=each.name, listed=listed, opposed=opposed, ended=ended)
        return pulled

    def _pull(self, each: OptOutList, pulled: Pulled, remaining_ms: Callable[[], int]) -> bool:
        page = self._pulls.page(each.name)
        while remaining_ms() >= _ENOUGH_MS:
            try:
                found = each.opt_outs(page)
            except SendError:
                if page is not None:
                    self._pulls.save(each.name, None, self._clock.now())  # A place in the list does not last for ever.
                raise
            pulled.listed[each.name] = pulled.listed.get(each.name, 0) + len(found.numbers)
            pulled.opposed[each.name] = pulled.opposed.get(each.name, 0) + self._oppose(each.name, found.numbers)
            page = found.next_page
            self._pulls.save(each.name, page, self._clock.now())
            if page is None:
                return True
        return False

    def _oppose(self, provider: str, numbers: Sequence[OptOut]) -> int:
        """How many oppositions are new."""
        people = {self._vault.person(number.phone): number for number in numbers}
        ledgers = self._ledgers.get_all(people)
        return sum(
            self._record(ledgers[person], advertiser, provider)
            for person, number in people.items()
            for advertiser in sorted(ledgers[person].written_by)
            if _counts(ledgers[person], advertiser, number)
        )

    def _record(self, ledger: Ledger, advertiser: str, provider: str) -> bool:
        now = self._clock.now()
        scope = SERVICE if advertiser == EVERYONE else advertiser
        counted = count(scope, ledger.person, now, "opposed.carrier", f"opposed.carrier.{provider}")
        return self._ledgers.oppose(ledger.person, advertiser, Opposition(now, "carrier"), counted)


def _counts(ledger: Ledger, advertiser: str, number: OptOut) -> bool:
    """Whether a place on a list says more than is known: who came back later than that is not sent away again."""
    if advertiser in ledger.opposed:
        return False
    if advertiser == EVERYONE:
        came_back = max(ledger.readmitted.values(), default=0)
    else:
        came_back = ledger.readmitted.get(advertiser, 0)
    return not came_back or (number.at is not None and number.at > came_back)


def _told(error: RelanceError) -> str:
    return f"{type(error).__name__}: {error}"
