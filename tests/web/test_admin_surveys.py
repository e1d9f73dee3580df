"""Surveys in the admin API: made, asked, counted, exported, drawn."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.clock import DAY, MINUTE
from tests.replies.surveying import Polled
from tests.support.shop import CAMILLE, MALIK, Shop
from tests.web.conftest import Api, key_for

VOTE = {
    "name": "Couleur",
    "kind": "vote",
    "questions": [
        {"text": "Quelle couleur ?", "choices": [{"code": "A", "label": "Rouge"}, {"code": "B", "label": "Bleu"}]}
    ],
}


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def at(shop: Shop, rest: str = "") -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/surveys{rest}"


def made(own: Api, shop: Shop, **changes: object) -> Polled:
    answer = own.ask("POST", at(shop), VOTE | changes)
    assert answer.status == 201, answer.text
    survey = shop.world.services.surveys.get(shop.advertiser.id, answer.json["survey"])
    assert survey
    return Polled(shop, survey)


def test_a_vote_from_its_making_to_its_table(own: Api, shop: Shop) -> None:
    vote = made(own, shop)
    path = f"/{vote.survey.id}"
    text = {"text": "{{ brand }} bonjour ! {{ survey }}", "journey": "vote", "survey": vote.survey.id}
    template = f"/v1/advertisers/{shop.advertiser.id}/templates/poll"
    assert own.ask("PUT", template, text).status == 201
    for phone, said in ((CAMILLE, "a !"), (MALIK, "le bleu")):
        person = vote.ask(phone)
        shop.world.clock.advance(MINUTE)
        vote.reply(person, said)

    figures = own.ask("GET", at(shop, f"{path}/statistics")).json
    assert (figures["asked"], figures["people"]) == (2, 2)
    assert [bar["number"] for bar in figures["questions"][0]["bars"]] == [1, 1]
    picture = own.ask("GET", at(shop, f"{path}/statistics.svg"))
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "Rouge" in picture.text
    table = own.ask("GET", at(shop, f"{path}/answers.csv"))
    assert table.text.splitlines()[0] == "entry,answered_at,q1,q1_label"
    assert sorted(line.split(",")[2] for line in table.text.splitlines()[1:]) == ["A", "B"]
    assert not any(phone[1:] in table.text for phone in (CAMILLE, MALIK))
    (listed,) = own.ask("GET", at(shop)).json["surveys"]
    assert (listed["state"], listed["seed_sha256"]) == ("open", None)


def test_a_survey_does_not_end_before_what_has_counted(own: Api, shop: Shop) -> None:
    """Else a draw would be among people who have answered after the end."""
    contest = made(own, shop, kind="contest", winners=1)
    path, now = at(shop, f"/{contest.survey.id}"), shop.world.clock.now()
    contest.reply(contest.ask(), "A")
    shop.world.clock.advance(2 * DAY)
    settings = VOTE | {"kind": "contest", "winners": 1}
    refused = own.ask("PUT", path, settings | {"closes_at": now + 1})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "closes_at")
    ends = shop.world.clock.now() + MINUTE
    assert own.ask("PUT", path, settings | {"closes_at": ends}).json["closes_at"] == ends


def test_what_is_too_much_for_one_answer_is_said_so(own: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the people that are gone through, and by the size of the table that they make."""
    contest = made(own, shop, kind="contest", winners=1, closes_at=shop.world.clock.now() + DAY)
    contest.reply(contest.ask(), "A")
    shop.world.clock.advance(2 * DAY)
    path = at(shop, f"/{contest.survey.id}")
    monkeypatch.setattr("chalicelib.web.admin_surveys._MOST_BYTES", 20)
    assert "relance surveys export" in own.ask("GET", f"{path}/answers.csv").json["detail"]
    monkeypatch.setattr("chalicelib.web.admin_surveys._MOST_ROWS", 0)
    refused = own.ask("POST", f"{path}/draws", {})
    assert (refused.status, "relance surveys draw" in refused.json["detail"]) == (409, True)
    assert own.ask("GET", f"{path}/draws").json["draws"] == []


def test_a_survey_that_was_asked_keeps_its_questions(own: Api, shop: Shop) -> None:
    vote = made(own, shop)
    path = at(shop, f"/{vote.survey.id}")
    other = VOTE | {
        "questions": [{"text": "Et maintenant ?", "kind": "choice", "choices": [{"code": "A"}, {"code": "B"}]}]
    }
    assert own.ask("PUT", path, other).status == 200
    assert own.ask("PUT", path, VOTE | {"name": "Teinte"}).status == 200
    vote.ask()
    assert own.ask("PUT", path, other).status == 409
    assert own.ask("DELETE", path).status == 409
    ends = {"name": "Encore", "closes_at": shop.world.clock.now() + DAY}
    changed = own.ask("PUT", path, VOTE | ends)
    assert (changed.status, changed.json["name"], changed.json["closes_at"]) == (200, "Encore", ends["closes_at"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"survey": "srv_other"}, "survey"),
        ({"survey": None, "text": "{{ brand }} bonjour ! {{ survey }} {{ link }}"}, "survey"),
        ({"message_class": "notification", "journey": "answer"}, "message_class"),
        ({"text": "{{ brand }} bonjour {{ link }}"}, "survey"),
    ],
)
def test_a_template_asks_a_survey_that_is_there(own: Api, shop: Shop, change: dict[str, Any], field: str) -> None:
    vote = made(own, shop)
    text = {"text": "{{ brand }} bonjour ! {{ survey }}", "journey": "vote", "survey": vote.survey.id}
    answer = own.ask("PUT", f"/v1/advertisers/{shop.advertiser.id}/templates/poll", text | change)
    assert answer.status == 422
    assert field in {error["field"] for error in answer.json["errors"]}


def test_a_contest_tells_its_seed_when_it_is_drawn(own: Api, shop: Shop) -> None:
    contest = made(own, shop, kind="contest", winners=1, closes_at=shop.world.clock.now() + DAY)
    path = at(shop, f"/{contest.survey.id}")
    assert own.ask("POST", f"{path}/draws", {}).status == 409
    contest.reply(contest.ask(), "A")
    shop.world.clock.advance(2 * DAY)
    draw = own.ask("POST", f"{path}/draws", {}).json
    assert (draw["draw"], draw["entrants"], len(draw["winners"])) == (1, 1, 1)
    assert own.ask("GET", f"{path}/draws").json["draws"] == [draw]
    assert own.ask("POST", f"{path}/draws/one/messages", {"template": "won"}).status == 422
    assert own.ask("POST", f"{path}/draws/9/messages", {"template": "won"}).status == 404
