"""`relance surveys`: surveys, votes and contests, and what came of them (docs/surveys.md)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.answers import AsJson, answer, fail, the_stage

if TYPE_CHECKING:
    from chalicelib.storage.surveys import Survey
    from chalicelib.wiring import Services

app = typer.Typer(no_args_is_help=True, help="Surveys, votes and contests by text.")
Advertiser = Annotated[str, typer.Argument(help="An advertiser's id.")]
SurveyId = Annotated[str, typer.Argument(help="A survey's id.")]


@app.command("list")
def list_surveys(advertiser: Advertiser, as_json: AsJson = False) -> None:
    """Say which surveys an advertiser has, and how many have answered."""
    from chalicelib.web.survey_answers import survey_answer

    services = the_stage().services()
    now = services.clock.now()
    told = [
        survey_answer(one, now) | {"people": services.survey_entries.counts(advertiser, one.id).get("people", 0)}
        for one in services.surveys.all_of(advertiser)
    ]
    lines = [f"{one['survey']} {one['name']}: {one['kind']}, {one['state']}, {one['people']} answered" for one in told]
    answer({"surveys": told}, "\n".join(lines) or "There is none.", as_json)


@app.command()
def create(
    advertiser: Advertiser,
    file: Annotated[Path, typer.Argument(help="A survey as JSON, as the admin API takes it.")],
    as_json: AsJson = False,
) -> None:
    """Make a survey from a file."""
    from pydantic import TypeAdapter, ValidationError

    from chalicelib.errors import InvalidInput
    from chalicelib.tracking.collect import field_errors
    from chalicelib.web.survey_answers import survey_answer
    from chalicelib.web.survey_models import NewSurvey, survey_from

    services = the_stage().services()
    if services.advertisers.get(advertiser) is None:
        fail("there is no such advertiser")
    now = services.clock.now()
    try:
        body = TypeAdapter(NewSurvey).validate_json(file.read_bytes())
        made = services.survey_book.create(survey_from(body, advertiser, "", now))
    except OSError as error:
        fail(str(error))
    except (ValidationError, InvalidInput) as error:
        wrong = error.errors if isinstance(error, InvalidInput) else field_errors(error)
        fail("; ".join(f"{one.field}: {one.message}" for one in wrong))
    answer(
        survey_answer(made, now), f"{made.id} {made.name} is made: name it in a template ({{{{ survey }}}}).", as_json
    )


@app.command()
def results(advertiser: Advertiser, survey: SurveyId, as_json: AsJson = False) -> None:
    """Say what was answered up to now."""
    from chalicelib.reports.surveys import figures_of
    from chalicelib.web.survey_answers import statistics_answer

    services = the_stage().services()
    found = _survey(services, advertiser, survey)
    figures = figures_of(found, services.survey_entries.counts(advertiser, survey))
    lines = [f"{found.name}: {figures.people} answered, of {figures.asked} SMS that asked"]
    if figures.nps:
        score = figures.nps.score
        lines.append(f"NPS {score.value:.0f} ({score.low:.0f} to {score.high:.0f})")
    if figures.csat:
        lines.append(f"CSAT {figures.csat.value:.0%} ({figures.csat.low:.0%} to {figures.csat.high:.0%})")
    for question in figures.questions:
        lines.append(f"{question.question.text} {question.answers} answers")
        lines += [f"  {bar.answer} {bar.label}: {bar.number}" for bar in question.bars]
    answer(statistics_answer(found, figures), "\n".join(lines), as_json)


@app.command()
def export(
    advertiser: Advertiser,
    survey: SurveyId,
    to: Annotated[Path | None, typer.Option(help="A file; without one, standard output.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write everybody's answers as CSV, under the survey's own pseudonyms."""
    from chalicelib.audience.survey_answers import free_texts
    from chalicelib.reports.survey_export import as_csv, columns, row

    services = the_stage().services()
    found = _survey(services, advertiser, survey)
    rows = (row(found, entry, free_texts(services.vault, entry)) for entry in services.survey_entries.of_survey(survey))
    if to is None:
        sys.stdout.writelines(as_csv([columns(found)]))
        sys.stdout.writelines(as_csv(rows))
        return
    with to.open("w", encoding="utf-8", newline="") as file:
        file.writelines(as_csv([columns(found)]))
        written = sum(1 for line in as_csv(rows) if file.write(line))
    answer({"survey": survey, "file": str(to), "answers": written}, f"{written} people's answers are in {to}.", as_json)


@app.command()
def draw(
    advertiser: Advertiser,
    survey: SurveyId,
    reason: Annotated[str, typer.Option(help="Why there is another draw; without one, the same again.")] = "",
    as_json: AsJson = False,
) -> None:
    """Draw the winners of a contest that has ended, and put the draw on record."""
    from chalicelib.errors import Conflict, NotFound
    from chalicelib.web.survey_answers import draw_answer

    services = the_stage().services()
    try:
        drawn = services.survey_book.draw(advertiser, survey, again=reason, by="relance")
    except (Conflict, NotFound) as error:
        fail(str(error))
    lines = [f"Draw {drawn.number} of {drawn.entrants} entrants, seed {drawn.seed}:", *drawn.winners]
    answer(draw_answer(drawn), "\n".join(lines), as_json)


def _survey(services: Services, advertiser: str, survey_id: str) -> Survey:
    found = services.surveys.get(advertiser, survey_id)
    if found is None:
        fail("there is no such survey")
    return found
