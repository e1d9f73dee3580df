"""Where an advertiser's journeys are saved, started and stopped."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound
from chalicelib.journeys.checks import Surroundings, check_journey
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.restraint import left_out
from chalicelib.messaging.sender_book import SenderBook
from chalicelib.messaging.signing import CountryBook
from chalicelib.storage.advertisers import OPERATOR, Advertiser
from chalicelib.storage.halts import Halt, Halts, scope_of
from chalicelib.storage.journeys import Journeys, Running, State, StoredJourney
from chalicelib.storage.table import TransactionRefused
from chalicelib.storage.templates import Templates

_STOPPED = "the journey was stopped"


class JourneyDesk:
    """Every change is made on what was read: of two at once, one is told that the other was faster (Conflict)."""

    def __init__(
        self,
        *,
        journeys: Journeys,
        templates: Templates,
        senders: SenderBook,
        countries: CountryBook,
        halts: Halts,
        clock: Clock,
    ) -> None:
        self._journeys = journeys
        self._templates = templates
        self._senders = senders
        self._countries = countries
        self._halts = halts
        self._clock = clock

    def check(self, advertiser: Advertiser, journey: Journey) -> None:
        """Raises InvalidInput, which names all that is wrong and where."""
        around = Surroundings(
            templates={template.id: template for template in self._templates.all(advertiser.id)},
            senders=self._senders.of(advertiser),
            profiles={country: self._countries.profile(country) for country in journey.countries},
        )
        if errors := check_journey(journey, around):
            raise InvalidInput(errors)

    def notices(self, journey: Journey) -> list[FieldError]:
        """What keeps no journey from being saved, and still has to be said."""
        profiles = ((country, self._countries.profile(country)) for country in journey.countries)
        return [notice for country, profile in profiles for notice in left_out(journey, country, profile)]

    def save(
        self, advertiser: Advertiser, journey_id: str, journey: Journey, by: str, running: Running = "keep"
    ) -> StoredJourney:
        """A journey's next version, checked; a new one is a draft. The same document again is no new version."""
        self.check(advertiser, journey)
        known = self._journeys.get(advertiser.id, journey_id)
        document = journey.model_dump_json(exclude_defaults=True)
        version = known.version if known else 1
        if known and known.document != document:
            version += 1
        state: State = known.state if known else "draft"
        stored = StoredJourney(journey_id, state, version, document, running, self._clock.now(), by)
        return self._store(advertiser, stored, known)

    def start(self, advertiser: Advertiser, journey_id: str, by: str) -> StoredJourney:
        """Let people begin it. What has changed around it since it was saved is looked at once more."""
        known = self._known(advertiser, journey_id)
        self.check(advertiser, Journey.model_validate_json(known.document))
        scope = scope_of(advertiser.id, journey_id)
        halt = self._halts.read(scope)
        if halt and halt.why == _STOPPED and (halt.by != OPERATOR or by == OPERATOR):
            self._halts.resume(scope, self._clock.now())
        return self._turn(advertiser, known, "live", by)

    def stop(self, advertiser: Advertiser, journey_id: str, by: str) -> StoredJourney:
        """Nobody begins it any more, who is in it ends with the next step, and what is on the queue stands still."""
        known = self._known(advertiser, journey_id)
        stored = self._turn(advertiser, known, "stopped", by)
        self._halts.halt(Halt(scope_of(advertiser.id, journey_id), self._clock.now(), by, _STOPPED))
        return stored

    def _turn(self, advertiser: Advertiser, known: StoredJourney, state: State, by: str) -> StoredJourney:
        if known.state == state:
            return known
        return self._store(advertiser, replace(known, state=state, changed_at=self._clock.now(), changed_by=by), known)

    def _known(self, advertiser: Advertiser, journey_id: str) -> StoredJourney:
        known = self._journeys.get(advertiser.id, journey_id)
        if known is None:
            raise NotFound("journey")
        return known

    def _store(self, advertiser: Advertiser, stored: StoredJourney, known: StoredJourney | None) -> StoredJourney:
        try:
            self._journeys.save(advertiser.id, stored, known)
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            raise Conflict("somebody else has changed the journey meanwhile: read it again") from None
        return stored
