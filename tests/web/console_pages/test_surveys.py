"""Surveys in the console: made question by question, answered, told in figures; a contest's draw."""

from __future__ import annotations

import re

import pytest

from chalicelib.clock import HOUR, MINUTE
from chalicelib.web.console_pages.typed import moment_field
from tests.replies.surveying import Polled
from tests.support.shop import CAMILLE, MALIK, Shop
from tests.web.conftest import Answer, Api
from tests.web.console_browser import Browser
from tests.web.console_pages.test_caps import words
from tests.web.filled_forms import Pairs, changed, filled

COLOUR = {"name": "Couleur", "kind": "vote", "text_0": "Quelle couleur ?", "choices_0": "Rouge\nBleu"}


def typed(page: Answer, **fields: str) -> Pairs:
    return changed(filled(page.text, "#form"), **fields)


def made(console: Browser, shop: Shop, **fields: str) -> Polled:
    done = console.submit("surveys/new", typed(console.get("surveys/new"), **COLOUR | fields))
    assert done.status == 303, re.findall(r'-error">([^<]*)<', done.text)
    survey = shop.world.services.surveys.get(
        shop.advertiser.id, re.findall(r"surveys/(srv_\w+)\?told=made", done.headers["Location"])[0]
    )
    assert survey
    return Polled(shop, survey)


def test_a_vote_from_its_making_to_its_figures(console: Browser, shop: Shop) -> None:
    vote = made(console, shop)
    place = f"surveys/{vote.survey.id}"
    assert vote.survey.questions[0].choices == (("A", "Rouge"), ("B", "Bleu"))
    assert "Aucun message ne le pose encore" in words(console.get(place))
    for phone, said in ((CAMILLE, "a !"), (MALIK, "le bleu")):
        person = vote.ask(phone)
        shop.world.clock.advance(MINUTE)
        vote.reply(person, said)
    page = console.get(place)
    told = words(page)
    assert "Interrogés 2 Ont répondu 2 100 %" in told and "A Rouge 1 50 %" in told
    assert "Supprimer ce sondage" not in told and 'src="data:image/svg+xml;base64,' in page.text
    table = console.get(f"{place}/answers.csv")
    assert table.headers["Content-Type"].startswith("text/csv") and table.text.startswith("entry,answered_at")
    assert "ouvert" in words(console.get("surveys"))


def test_questions_are_added_one_by_one_and_what_was_typed_stays(console: Browser, shop: Shop) -> None:
    first = {"name": "Avis", "kind": "nps", "text_0": "Nous recommanderiez-vous ?", "kind_0": "text"}
    more = console.submit("surveys/new", typed(console.get("surveys/new"), **first, do="more"))
    assert more.status == 200 and 'name="text_1"' in more.text and "Nous recommanderiez-vous" in more.text
    second = typed(more, do="save", text_1="Pourquoi ?", kind_1="text", thanks="Merci à vous.")
    done = console.submit("surveys/new", second)
    assert done.status == 303
    (survey,) = shop.world.services.surveys.all_of(shop.advertiser.id)
    assert [(one.text, one.kind, one.high) for one in survey.questions] == [
        ("Nous recommanderiez-vous ?", "score", 10),
        ("Pourquoi ?", "text", 10),
    ]
    assert survey.texts == {"thanks": {"fr": "Merci à vous."}}


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"name": ""}, "name", "À remplir."),
        ({"text_0": ""}, "text_0", "au moins une question"),
        ({"choices_0": "Rouge"}, "choices_0", "De 2 à 20 choix"),
        ({"choices_0": "Stop\nEncore"}, "choices_0", "comme un STOP"),
        ({"kind": "vote", "kind_0": "text"}, "kind", "une seule question"),
        ({"kind": "contest", "winners": "0"}, "winners", "Au moins 1"),
        ({"kind": "survey", "kind_0": "score", "low_0": "9", "high_0": "3"}, "high_0", "d’un petit à un grand"),
        ({"kind": "contest", "correct_0": "Vert"}, "correct_0", "L’un des choix"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(console: Browser, fields: dict[str, str], field: str, told: str) -> None:
    page = console.submit("surveys/new", typed(console.get("surveys/new"), **COLOUR | fields))
    assert page.status == 422 and told in re.findall(rf'id="{field}-error">([^<]*)<', page.text)[0]
    stays = dict(filled(page.text, "#form"))
    assert all(stays[name] == text for name, text in (COLOUR | fields).items())


def test_a_survey_that_was_asked_keeps_its_questions(console: Browser, shop: Shop) -> None:
    vote = made(console, shop)
    place = f"surveys/{vote.survey.id}/settings"
    vote.ask(CAMILLE)
    page = console.get(place)
    assert dict(filled(page.text, "#form"))["choices_0"] == "A = Rouge\nB = Bleu"
    other = console.submit(place, typed(page, text_0="Quelle taille ?"))
    assert other.status == 409 and "ses questions restent" in words(other) and "Quelle taille" in other.text
    assert console.submit(place, typed(page, name="Couleurs", closes_at="2030-01-01T10:00")).status == 303
    assert "Couleurs" in console.get("surveys").text


def test_a_contest_is_drawn_when_it_is_over_and_again_for_a_reason(console: Browser, shop: Shop) -> None:
    contest = made(console, shop, kind="contest", winners="1", correct_0="rouge")
    place, now = f"surveys/{contest.survey.id}", shop.world.clock.now()
    assert contest.survey.questions[0].correct == "A"
    for phone in (CAMILLE, MALIK):
        contest.reply(contest.ask(phone), "rouge")
    token = console.form(console.get(place))
    early = console.post(f"{place}/draw", **token)
    assert early.status == 409 and "quand il est fini" in words(early)
    closes_at = moment_field(now + HOUR, "Europe/Paris")
    assert (
        console.submit(f"{place}/settings", typed(console.get(f"{place}/settings"), closes_at=closes_at)).status == 303
    )
    shop.world.clock.advance(2 * HOUR)
    token = console.form(console.get(place))
    assert console.post(f"{place}/draw", **token).headers["Location"].endswith("?told=drawn#draw")
    assert "1 gagnants parmi 2" in words(console.get(place))
    again = console.post(f"{place}/draw", **token, reason="x")
    assert "Dites pourquoi" in re.findall(r'id="reason-error">([^<]*)<', again.text)[0]
    assert console.post(f"{place}/draw", **token, reason="Sans nouvelles").status == 303
    assert "Sans nouvelles" in words(console.get(place))


def test_one_that_nobody_was_asked_is_removed(console: Browser, shop: Shop) -> None:
    vote = made(console, shop)
    place = f"surveys/{vote.survey.id}"
    assert console.post(f"{place}/remove", **console.form(console.get(place))).status == 303
    assert console.get(place).status == 404


def test_an_agent_sees_figures_and_changes_nothing(console: Browser, api: Api, shop: Shop) -> None:
    vote = made(console, shop)
    shop.world.services.admin_keys.grant("rk_agent", shop.advertiser.id, "agent")
    agent = Browser(api)
    agent.post("/console", key="rk_agent", agent="Nadia")
    page = agent.get(f"surveys/{vote.survey.id}")
    assert page.status == 200 and "Réglages" not in words(page)
    assert agent.get(f"surveys/{vote.survey.id}/answers.csv").status == 403
