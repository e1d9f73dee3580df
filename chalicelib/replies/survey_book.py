"""An advertiser's surveys: made, changed while nothing is spoilt by it, ended, drawn."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound
from chalicelib.ids import new_id
from chalicelib.messaging.desk import MessageDesk, To, Wanted
from chalicelib.messaging.given import Given
from chalicelib.replies import draws
from chalicelib.replies.survey_checks import problems
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.survey_entries import SurveyEntries
from chalicelib.storage.surveys import Draw, Survey, Surveys, seed_context
from chalicelib.vault import Vault


class SurveyBook:
    """Where surveys are kept in order. All that is read is the advertiser's own; NotFound otherwise."""

    def __init__(
        self, surveys: Surveys, entries: SurveyEntries, messages: MessageDesk, vault: Vault, clock: Clock
    ) -> None:
        self._surveys = surveys
        self._entries = entries
        self._messages = messages
        self._vault = vault
        self._clock = clock

    def find(self, advertiser: str, survey_id: str) -> Survey:
        """A survey as it stands."""
        survey = self._surveys.get(advertiser, survey_id)
        if survey is None:
            raise NotFound("survey")
        return survey

    def create(self, wanted: Survey) -> Survey:
        """A new survey of these settings; a contest has its seed from now on. Raises InvalidInput."""
        _check(wanted)
        now = self._clock.now()
        survey = replace(wanted, id=new_id("srv", now), created_at=now)
        if survey.kind == "contest":
            seed = draws.new_seed()
            sealed = self._vault.seal(seed, seed_context(survey.id))
            survey = replace(survey, seed=sealed, commitment=draws.commitment(seed))
        self._surveys.create(survey)
        return survey

    def change(self, wanted: Survey) -> Survey:
        """The survey with other settings. Once it was asked its questions stay. Raises InvalidInput and Conflict."""
        known = self.find(wanted.advertiser, wanted.id)
        _check(wanted)
        kept = {"created_at": known.created_at, "seed": known.seed, "commitment": known.commitment}
        survey = replace(wanted, **kept, version=known.version)  # type: ignore[arg-type]
        fixed = [(one.kind, one.questions, one.language, one.counts, one.winners) for one in (known, survey)]
        if fixed[0] != fixed[1] and self._asked(known):
            raise Conflict("it was asked already: its kind, questions and what counts stay as they are")
        if (
            survey.closes_at not in (None, known.closes_at)
            and survey.closes_at < self._clock.now()
            and self._asked(known)
        ):
            told = "a moment to come: what was answered until now has counted"
            raise InvalidInput([FieldError("closes_at", "past", told)])
        if known.kind == "contest" and (ended := self._ended(known)) and survey.closes_at != ended:
            raise Conflict("the contest has ended: nobody can enter it any more")
        if not self._surveys.replace(survey):
            raise Conflict("somebody else has changed it meanwhile")
        return replace(survey, version=survey.version + 1)

    def delete(self, advertiser: str, survey_id: str) -> None:
        """Remove a survey that nobody was asked. Raises Conflict."""
        survey = self.find(advertiser, survey_id)
        if self._asked(survey):
            raise Conflict("it was asked already: let it close instead")
        self._surveys.delete(survey)

    def draws(self, advertiser: str, survey_id: str) -> list[Draw]:
        """The draws on record."""
        return self._surveys.draws(self.find(advertiser, survey_id).id)

    def draw(self, advertiser: str, survey_id: str, *, again: str = "", by: str = "") -> Draw:
        """Draw a contest's winners once it has ended; asked again it is the same draw.

        With a reason (`again`) it is another one, among those who have not won, and on record with it. Raises Conflict.
        """
        survey = self.find(advertiser, survey_id)
        if survey.kind != "contest" or survey.seed is None:
            raise Conflict("only a contest is drawn")
        now = self._clock.now()
        if not survey.is_closed(now):
            raise Conflict("a contest is drawn when it has ended: give it a closes_at")
        known = self._surveys.draws(survey.id)
        if known and not again:
            return known[-1]
        if again and not known:
            raise Conflict("there is no draw yet that another one would replace: draw without a reason")
        if again and known[-1].reason == again:
            return known[-1]  # The same request once more.
        seed = self._vault.open(survey.seed, seed_context(survey.id))
        won = {winner for draw in known for winner in draw.winners}
        among = draws.entrants(survey, self._entries.of_survey(survey.id), won)
        number = len(known) + 1
        winners = draws.drawn(seed, number, among, survey.winners)
        draw = Draw(survey.id, number, now, seed, winners, len(among), draws.digest(among), again, by)
        if not self._surveys.record(draw):
            return self._surveys.draws(survey.id)[number - 1]
        return draw

    def tell_winners(
        self, advertiser: Advertiser, survey_id: str, number: int, template: str, link: str | None
    ) -> dict[str, str]:
        """Write to a draw's winners with a template: what became of each message, by the winner's pseudonym.

        Each is told once, and like anybody else: with consent, in the hours, within the caps.
        """
        draw = next((one for one in self.draws(advertiser.id, survey_id) if one.number == number), None)
        if draw is None:
            raise NotFound("draw")
        return {winner: self._tell(advertiser, draw, winner, template, link) for winner in draw.winners}

    def _tell(self, advertiser: Advertiser, draw: Draw, winner: str, template: str, link: str | None) -> str:
        entry = self._entries.entry(draw.survey, winner)
        if entry is None:
            return "erased"
        name = f"winner/{draw.survey}/{draw.number}/{winner}"
        wanted = Wanted(name, To(person=entry.person), template, Given(link=link), campaign=draw.survey)
        told = self._messages.ask(advertiser, wanted)
        return told if isinstance(told, str) else told.id

    def _asked(self, survey: Survey) -> bool:
        return bool(self._entries.counts(survey.advertiser, survey.id))

    def _ended(self, survey: Survey) -> int | None:
        return survey.closes_at if survey.is_closed(self._clock.now()) else None


def _check(survey: Survey) -> None:
    if found := list(problems(survey)):
        raise InvalidInput(found)
