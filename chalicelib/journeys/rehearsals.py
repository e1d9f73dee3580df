"""Rehearsals of journeys that are kept: by a request where the base is small, else by the background, page by page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.clock import MINUTE, SECOND, Clock
from chalicelib.errors import Conflict, NotFound
from chalicelib.journeys.approval import texts_of
from chalicelib.journeys.book import Known
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.outlook import Outlook
from chalicelib.journeys.rehearser import AT_ONCE, JourneyRehearser, Window
from chalicelib.logs import log
from chalicelib.storage import keys
from chalicelib.storage.advertisers import Advertiser, Advertisers
from chalicelib.storage.jobs import Job
from chalicelib.storage.journey_rehearsals import JourneyRehearsals, Rehearsal
from chalicelib.storage.journeys import Journeys, StoredJourney
from chalicelib.storage.templates import Templates

if TYPE_CHECKING:
    from chalicelib.journeys.rehearsal_shapes import JourneyForeseen

_LEASE = 16 * MINUTE
"""Longer than the function lives."""
_MARGIN_MS = 15 * SECOND
_SAVED_EVERY = 20
"""Pages."""
_ROWS_KEPT = 200


class RehearsalDesk:
    """What an advertiser's journeys would lead to."""

    def __init__(
        self,
        *,
        rehearsals: JourneyRehearsals,
        journeys: Journeys,
        templates: Templates,
        advertisers: Advertisers,
        rehearser: JourneyRehearser,
        clock: Clock,
    ) -> None:
        self._rehearsals = rehearsals
        self._journeys = journeys
        self._templates = templates
        self._advertisers = advertisers
        self._rehearser = rehearser
        self._clock = clock

    def at_once(
        self, advertiser: Advertiser, journey_id: str, start: int | None = None, most: int | None = AT_ONCE
    ) -> JourneyForeseen:
        """What would become of `most` contacts, of all where that is None. Kept where it was everybody.

        Raises NotFound, StorageUnavailable.
        """
        asked, stored, known = self._asked(advertiser, journey_id, start)
        window, outlook = Window(asked.asked_at, asked.start_at), Outlook()
        everybody = self._rehearser.look(advertiser, _known(stored), window, outlook, most=most)
        if everybody:
            kept = replace(outlook, rows=outlook.nameless()[:_ROWS_KEPT])
            self._rehearsals.save(self._ended(asked, advertiser, stored, kept), known)
        return self._rehearser.told(advertiser, _known(stored), window, outlook)

    def begin(self, advertiser: Advertiser, journey_id: str, start: int | None = None) -> Rehearsal:
        """Have everybody looked at in the background. Asked again while that goes on, it is the same rehearsal.

        Raises NotFound; Conflict where another one was begun at the same time.
        """
        asked, _, known = self._asked(advertiser, journey_id, start)
        if known and not known.ended_at and _same(known, asked) and start in (None, known.start_at):
            return known
        asked = replace(asked, due_at=asked.asked_at)
        if not self._rehearsals.save(asked, known):
            raise Conflict("another rehearsal of it was asked for meanwhile")
        return asked

    def last(self, advertiser: str, journey_id: str) -> Rehearsal:
        """The last one that looks at everybody, ended or not; NotFound."""
        found = self._rehearsals.get(advertiser, journey_id)
        if found is None:
            raise NotFound("rehearsal")
        return found

    def work(self, job: Job, remaining_ms: Callable[[], int]) -> None:
        """Go on with one until it is done, or the caller's time is nearly over. The job is leased."""
        advertiser_id = keys.advertiser_of(job.key[0])
        known = self._rehearsals.get(advertiser_id, job.key[1].removeprefix(keys.REHEARSAL_PREFIX))
        advertiser = self._advertisers.get(advertiser_id)
        stored = self._journeys.version(advertiser_id, known.journey, known.version) if known else None
        if known is None or known.due_at is None or advertiser is None or stored is None:
            return
        journey, window = _known(stored), Window(known.asked_at, known.start_at)
        outlook, foresight = Outlook(_ROWS_KEPT), self._rehearser.foresight(advertiser)
        if known.so_far:
            so_far = json.loads(known.so_far)
            outlook = Outlook.of_state(so_far["outlook"])
            foresight.go_on(so_far["foresight"])
        pages = 0

        def enough() -> bool:
            nonlocal pages
            pages += 1
            return pages % _SAVED_EVERY == 0 or remaining_ms() < _MARGIN_MS

        while not self._rehearser.look(advertiser, journey, window, outlook, foresight=foresight, enough=enough):
            over = remaining_ms() < _MARGIN_MS
            so_far = json.dumps({"outlook": outlook.state(), "foresight": foresight.state()})
            due_at = self._clock.now() + (0 if over else _LEASE)
            moved = replace(known, so_far=so_far, due_at=due_at, moves=known.moves + 1)
            if not self._rehearsals.save(moved, known) or over:
                return  # Or it was asked for anew meanwhile.
            known = moved
        outlook = replace(outlook, rows=outlook.nameless())
        ended = self._ended(replace(known, moves=known.moves + 1), advertiser, stored, outlook)
        if self._rehearsals.save(ended, known):
            log("journey_rehearsed", advertiser=advertiser_id, journey=known.journey, version=known.version)

    def _asked(
        self, advertiser: Advertiser, journey_id: str, start: int | None
    ) -> tuple[Rehearsal, StoredJourney, Rehearsal | None]:
        """A rehearsal that begins now, of what, and the one before."""
        stored, now = self._stored(advertiser.id, journey_id), self._clock.now()
        known = self._rehearsals.get(advertiser.id, journey_id)
        texts = texts_of(Journey.model_validate_json(stored.document), self._templates.all(advertiser.id))
        moves = known.moves + 1 if known else 1
        asked = Rehearsal(advertiser.id, journey_id, stored.version, texts, now, max(now, start or now), moves)
        return asked, stored, known

    def _stored(self, advertiser: str, journey_id: str) -> StoredJourney:
        found = self._journeys.get(advertiser, journey_id)
        if found is None:
            raise NotFound("journey")
        return found

    def _ended(
        self, rehearsal: Rehearsal, advertiser: Advertiser, stored: StoredJourney, outlook: Outlook
    ) -> Rehearsal:
        window = Window(rehearsal.asked_at, rehearsal.start_at)
        found = json.dumps(self._rehearser.told(advertiser, _known(stored), window, outlook))
        return replace(rehearsal, found=found, so_far="", ended_at=self._clock.now(), due_at=None)


def _same(one: Rehearsal, other: Rehearsal) -> bool:
    return (one.version, one.texts) == (other.version, other.texts)


def _known(stored: StoredJourney) -> Known:
    return Known(stored.id, stored.version, Journey.model_validate_json(stored.document))
