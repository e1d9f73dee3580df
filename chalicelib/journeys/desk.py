"""Where an advertiser's journeys are saved, started and stopped."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound
from chalicelib.journeys.approval import (
    IN_WORDS,
    AgainstStart,
    against_approval,
    against_rehearsal,
    asks_for_approval,
    is_approved,
    passed,
    says,
    texts_of,
)
from chalicelib.journeys.checks import Surroundings, check_journey
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.restraint import left_out
from chalicelib.messaging.sender_book import SenderBook
from chalicelib.messaging.signing import CountryBook
from chalicelib.storage.advertisers import OPERATOR, Advertiser
from chalicelib.storage.halts import Halt, Halts, scope_of
from chalicelib.storage.journey_rehearsals import JourneyRehearsals, Rehearsal
from chalicelib.storage.journeys import Journeys, Running, State, StoredJourney
from chalicelib.storage.table import TransactionRefused
from chalicelib.storage.templates import Template, Templates

_STOPPED = "the journey was stopped"


class NotStarted(Conflict):
    """Something stands against a start; `reason` names it."""

    def __init__(self, reason: AgainstStart) -> None:
        super().__init__(IN_WORDS[reason])
        self.reason = reason


class TextApproved(Conflict):
    """A text is of a live journey that a second person approved: another text, and a start anew, is the way."""

    def __init__(self, journey: str) -> None:
        super().__init__(
            f"the live journey {journey} says this text as a second person approved it: save yours under another name,"
            " and start a version of the journey that says it"
        )
        self.reason = "approved"


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
        rehearsals: JourneyRehearsals,
        clock: Clock,
    ) -> None:
        self._journeys = journeys
        self._templates = templates
        self._senders = senders
        self._countries = countries
        self._halts = halts
        self._rehearsals = rehearsals
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
        """A journey's next version, checked; a new one is a draft. The same document again is no new version.

        Where a second person has to agree to large ones, people go on beginning the former version of a live journey
        until this one is started. A request to start it was of the version before.
        """
        self.check(advertiser, journey)
        known, now = self._journeys.get(advertiser.id, journey_id), self._clock.now()
        document = journey.model_dump_json(exclude_defaults=True)
        if known is None:
            return self._store(advertiser, StoredJourney(journey_id, "draft", 1, document, running, now, by), None)
        stored = replace(known, running=running, changed_at=now, changed_by=by)
        if known.document != document:
            waits = known.state == "live" and asks_for_approval(advertiser.safeguards)
            begins = (known.begins or known.version) if waits else 0
            newest = replace(stored, version=known.version + 1, document=document, begins=begins)
            stored = replace(newest, requested_by="", requested_at=0, requested=0, approved_by="", approved_at=0)
        return self._store(advertiser, stored, known)

    def start(self, advertiser: Advertiser, journey_id: str, by: str, key: str) -> StoredJourney:
        """Let people begin its newest version, or ask a second person to: the journey tells which.

        What has changed around it since it was saved is looked at once more. `key` is the fingerprint of who asks.
        Asked twice it is asked once. Raises NotStarted.
        """
        known = self._known(advertiser, journey_id)
        self.check(advertiser, Journey.model_validate_json(known.document))
        if not asks_for_approval(advertiser.safeguards) or (known.state == "live" and not known.begins):
            return self._begin(advertiser, known, by)
        last = self._rehearsed(advertiser, known)
        if not passed(last.told, advertiser.safeguards):
            return self._begin(advertiser, known, by)
        if known.requested_by and known.requested == last.asked_at:
            return known
        asked = replace(known, requested_by=key, requested_at=self._clock.now(), requested=last.asked_at)
        return self._store(advertiser, asked, known)

    def approve(self, advertiser: Advertiser, journey_id: str, by: str, key: str) -> StoredJourney:
        """Another key agrees to what was rehearsed and asked for: people begin it. Raises NotStarted."""
        known = self._known(advertiser, journey_id)
        if known.state == "live" and not known.begins and known.approved_by == key:
            return known
        self.check(advertiser, Journey.model_validate_json(known.document))
        last = self._rehearsed(advertiser, known)
        if reason := against_approval(known, last, key):
            raise NotStarted(reason)
        return self._begin(advertiser, replace(known, approved_by=key, approved_at=self._clock.now()), by)

    def keep_approved_text(self, advertiser: Advertiser, template: str, written: Template | None) -> None:
        """Raise TextApproved where a live journey says a template as a second person approved it, and it would change.

        `written`: what it would be then; None: it would be gone.
        """
        if not asks_for_approval(advertiser.safeguards):
            return
        known = self._templates.get(advertiser.id, template)
        if known and written and replace(written, changed_at=known.changed_at) == known:
            return
        for journey in self._journeys.all(advertiser.id):
            if is_approved(journey) and says(self._begun(advertiser.id, journey), template):
                raise TextApproved(journey.id)

    def _begun(self, advertiser: str, journey: StoredJourney) -> Journey:
        """What people begin now."""
        former = self._journeys.version(advertiser, journey.id, journey.begins) if journey.begins else None
        return Journey.model_validate_json((former or journey).document)

    def stop(self, advertiser: Advertiser, journey_id: str, by: str) -> StoredJourney:
        """Nobody begins it any more, who is in it ends with the next step, and what is on the queue stands still.

        A request to start it is taken back.
        """
        known = self._known(advertiser, journey_id)
        stored = self._turn(advertiser, known, "stopped", by)
        self._halts.halt(Halt(scope_of(advertiser.id, journey_id), self._clock.now(), by, _STOPPED))
        return stored

    def _rehearsed(self, advertiser: Advertiser, journey: StoredJourney) -> Rehearsal:
        """The rehearsal of this very version with today's texts. Raises NotStarted."""
        last = self._rehearsals.get(advertiser.id, journey.id)
        texts = texts_of(Journey.model_validate_json(journey.document), self._templates.all(advertiser.id))
        reason = against_rehearsal(journey, last, texts, self._clock.now())
        if reason or last is None:
            raise NotStarted(reason or "not_rehearsed")
        return last

    def _begin(self, advertiser: Advertiser, known: StoredJourney, by: str) -> StoredJourney:
        stored = self._turn(advertiser, known, "live", by)
        scope = scope_of(advertiser.id, known.id)
        halt = self._halts.read(scope)
        if halt and halt.why == _STOPPED and (halt.by != OPERATOR or by == OPERATOR):
            self._halts.resume(scope, self._clock.now())
        return stored

    def _turn(self, advertiser: Advertiser, known: StoredJourney, state: State, by: str) -> StoredJourney:
        if known.state == state and not known.begins and not known.requested_by:
            return known
        turned = replace(known, state=state, begins=0, requested_by="", requested_at=0, requested=0)
        return self._store(advertiser, replace(turned, changed_at=self._clock.now(), changed_by=by), known)

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
