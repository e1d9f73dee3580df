"""What replies to surveys come to: on a stage of their own, from the SMS that asks to the counts."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.replies.survey_rules import decide, open_at
from chalicelib.storage.counters import difference
from chalicelib.storage.survey_entries import Asked, Entry, Respondent, figures
from chalicelib.storage.surveys import Survey
from tests.replies.surveying import COLOUR, RECOMMEND, WHY, polled, recounted
from tests.support.shop import Shop
from tests.support.world import World


def test_an_sms_asks_and_its_reply_is_counted(shop: Shop) -> None:
    survey = polled(shop)
    person = survey.ask()
    assert (
        "Quelle couleur préférez-vous ? Répondez A (Rouge), B (Bleu) ou C (Vert)." in shop.world.provider.sent[-1].text
    )
    assert survey.counts() == {"asked": 1}
    shop.world.clock.advance(MINUTE)

    outcome = survey.reply(person, "la b svp !")

    assert (outcome.kind, outcome.say) == ("taken", "Lumen : merci, votre réponse est bien notée.")
    assert survey.counts() == {"asked": 1, "people": 1, "q1": 1, "q1.B": 1}


def test_the_last_answer_counts_and_the_same_reply_again_changes_nothing(shop: Shop) -> None:
    survey = polled(shop)
    person, now = survey.ask(), shop.world.clock.now()
    first = survey.reply(person, "A", "SM1", now + 1)
    second = survey.reply(person, "B", "SM2", now + 2)
    assert survey.reply(person, "A", "SM1", now + 1) == first
    assert (second.kind, second.key) == ("changed", first.key)
    assert survey.counts() == {"asked": 1, "people": 1, "q1": 1, "q1.A": 0, "q1.B": 1}


def test_the_first_answer_counts_where_it_is_set_so(shop: Shop) -> None:
    survey = polled(shop, counts="first")
    person, now = survey.ask(), shop.world.clock.now()
    survey.reply(person, "A", "SM1", now + 10)
    assert survey.reply(person, "B", "SM2", now + 20).kind == "kept"
    assert survey.reply(person, "C", "SM0", now + 5).kind == "changed"  # it was written before
    assert survey.counts()["q1.C"] == 1


def test_what_is_no_answer_is_asked_about_once(shop: Shop) -> None:
    survey = polled(shop)
    person, now = survey.ask(), shop.world.clock.now()
    asked = survey.reply(person, "A ou B", "SM1", now + 1)
    assert (asked.kind, asked.at_once) == ("retry", True)
    assert asked.say == "Lumen : merci ! Pour que votre réponse compte, répondez A (Rouge), B (Bleu) ou C (Vert)."
    assert survey.reply(person, "A ou B", "SM1", now + 1) == asked
    again = survey.reply(person, "je ne sais pas", "SM2", now + 2)
    assert (again.kind, again.say, again.is_answer) == ("not_an_answer", None, False)
    assert survey.reply(person, "A", "SM3", now + 3).kind == "taken"
    assert survey.reply(person, "merci !", "SM4", now + 4).say is None
    assert survey.counts()["retried"] == 1


def test_the_retry_speaks_the_persons_language_and_the_advertisers_words(shop: Shop) -> None:
    survey = polled(shop, texts={"retry": {"de": "Bitte {answers}."}})
    person, desk = survey.ask(), shop.world.services.survey_desk
    question = survey.open(person)
    assert question
    now = shop.world.clock.now()
    assert desk.take(question, "SM1", "?", now, language="de").say == "Lumen: Bitte A (Rouge), B (Bleu) or C (Vert)."


def test_the_next_question_follows_an_answer_and_thanks_the_last(shop: Shop) -> None:
    survey = polled(shop, RECOMMEND, WHY, kind="nps")
    person = survey.ask()
    shop.world.clock.advance(MINUTE)
    first = survey.reply(person, "9/10", "SM1")
    assert (first.say, first.at_once) == ("Lumen : Pourquoi ?", True)
    shop.world.clock.advance(MINUTE)
    last = survey.reply(person, "La livraison a été rapide", "SM2")
    assert (last.kind, last.question, last.at_once) == ("taken", "q2", False)
    assert last.say == "Lumen : merci, votre réponse est bien notée."
    assert survey.counts() == {"asked": 1, "people": 1, "q1": 1, "q1.9": 1, "q2": 1, "q2.said": 1}
    assert "rapide" not in str(shop.world.items())


def test_an_earlier_reply_that_is_told_late_is_of_the_question_that_was_open_then(shop: Shop) -> None:
    survey = polled(shop, RECOMMEND, WHY, kind="nps")
    person, asked_at = survey.ask(), shop.world.clock.now()
    shop.world.clock.advance(MINUTE)
    assert survey.reply(person, "8", "SM2", asked_at + 20).question == "q1"
    late = survey.reply(person, "7", "SM1", asked_at + 10)
    assert (late.kind, late.question, late.say) == ("superseded", "q1", None)
    assert survey.counts()["q1.8"] == 1


def test_after_the_end_an_answer_is_not_counted_and_told_so_once(shop: Shop) -> None:
    survey = polled(shop)
    person = survey.ask()
    ended = shop.world.clock.now() + 7 * DAY
    shop.world.clock.advance(8 * DAY)
    assert survey.reply(person, "A", "SM0", ended - 1).kind == "taken"  # written in time, told late
    late = survey.reply(person, "B", "SM1")
    assert late.kind == "closed"
    assert late.say
    assert survey.reply(person, "C", "SM2").say is None
    assert survey.reply(person, "Bonjour, une question", "SM3").kind == "not_an_answer"
    assert {name: survey.counts()[name] for name in ("q1.A", "people", "late")} == {"q1.A": 1, "people": 1, "late": 2}


def test_of_two_surveys_the_one_that_asked_last_is_answered(shop: Shop) -> None:
    first, second = polled(shop), polled(shop, RECOMMEND, kind="nps")
    person = first.ask()
    shop.world.clock.advance(HOUR)
    second.ask()
    shop.world.clock.advance(HOUR)
    open_now = first.open(person)
    assert open_now
    assert open_now.survey == second.survey.id
    shop.world.clock.advance(31 * DAY)
    assert first.open(person) is None


def test_asked_anew_a_person_answers_anew(shop: Shop) -> None:
    survey = polled(shop, RECOMMEND, WHY, kind="nps", closes_at=None)
    person = survey.ask()
    shop.world.clock.advance(MINUTE)
    before = [
        survey.reply(person, "9", "SM1").key,
        survey.reply(person, "Rapide", "SM2", shop.world.clock.now() + 1).key,
    ]
    shop.world.clock.advance(21 * DAY)
    survey.ask()
    shop.world.clock.advance(MINUTE)
    again = survey.reply(person, "3", "SM3")
    assert (again.kind, again.say) == ("changed", "Lumen : Pourquoi ?")
    assert again.key not in before
    assert {name: number for name, number in survey.counts().items() if number} == {
        "asked": 2, "people": 1, "q1": 1, "q1.3": 1, "q2": 1, "q2.said": 1,
    }  # fmt: skip


def test_nobody_is_asked_what_nobody_may_answer(shop: Shop) -> None:
    survey = polled(shop, closes_at=shop.world.clock.now() + 1)
    survey.shop.world.clock.advance(MINUTE)
    message = survey.send()
    assert (message.state, message.reason) == ("refused", "survey_not_open")
    assert survey.counts() == {}


def test_another_advertiser_sees_no_question(shop: Shop) -> None:
    person = polled(shop).ask()
    assert shop.world.services.survey_desk.open_question(person, "adv_other", shop.world.clock.now()) is None


def test_an_erasure_takes_the_answers_and_leaves_the_sums(shop: Shop) -> None:
    survey = polled(shop, RECOMMEND, WHY, kind="nps")
    person, services = survey.ask(), shop.world.services
    shop.world.clock.advance(MINUTE)
    survey.reply(person, "9", "SM1")
    survey.reply(person, "Lou au téléphone", "SM2", shop.world.clock.now())
    kept = [*shop.world.of_type("respondent"), *shop.world.of_type("survey_entry")]
    assert len(kept) == 2
    assert all("ttl" in item for item in kept)

    export = services.erasure.export(shop.advertiser.id, person)
    assert export
    assert [answer["answer"] for answer in export["surveys"][0]["answers"]] == [9, "Lou au téléphone"]
    assert services.erasure.erase(shop.advertiser.id, person)

    assert shop.world.of_type("respondent") == shop.world.of_type("survey_entry") == []
    assert survey.counts()["q1.9"] == 1


REPLIES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["A", "B", "C", "A ou B", "merci"]), st.booleans()), max_size=8
)


@given(told=REPLIES, data=st.data(), counts=st.sampled_from(["last", "first"]))
def test_any_order_and_doubling_of_replies_sums_up_to_those_that_count(
    told: list[tuple[int, str, bool]], data: st.DataObject, counts: Literal["last", "first"]
) -> None:
    """Pure: the figures are moved by differences, as the store moves them."""
    survey = Survey("srv_1", "adv_1", "Couleurs", "survey", (COLOUR,), "fr", 0, 0, 10_000, counts)
    replies = [(f"SM{place}", 10 + at, text) for place, (at, text, _) in enumerate(told)]
    twice = [reply for reply, (_, _, doubled) in zip(replies, told, strict=True) if doubled]
    respondent = Respondent("adv_1", "person", "adv_1", "srv_1", (Asked("q1", 1, "msg_1"),))
    entry = Entry("ent_1", "srv_1", "adv_1", "adv_1", "person")
    sums: Counter[str] = Counter()
    for reply_id, at, text in data.draw(st.permutations(replies + twice)):
        if reply_id in respondent.replies:
            continue
        asked = open_at(respondent, at)
        assert asked
        decided = decide(survey, respondent, entry, asked, reply_id, text, at, 9_000)
        after = decided.entry or entry
        sums.update(difference(figures(entry), figures(after)))
        respondent, entry = decided.respondent, after
    value = recounted([reply for reply in replies if reply[2] in ("A", "B", "C")], counts)
    assert +sums == (Counter({"people": 1, "q1": 1, f"q1.{value}": 1}) if value else Counter())


def test_two_answers_at_once_sum_up_to_the_people_who_answer(new_exact_world: object) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from tests.support.shop import PHONES, open_shop
    from tests.support.world import new_client

    assert callable(new_exact_world)
    world: World = new_exact_world()
    survey = polled(open_shop(world))
    people = [survey.ask(phone) for phone in PHONES[1:4]]
    now = world.clock.now()

    def answer(place: int) -> str:
        worker = world.worker(new_client("dynamodb", world.dynamodb.meta.endpoint_url))
        person = people[place % len(people)]
        question = worker.survey_desk.open_question(person, survey.shop.advertiser.id, now + place)
        assert question
        return worker.survey_desk.take(question, f"SM{place // 2}", "ABC"[place // 2 % 3], now + place).kind

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, range(18)))
    counts = survey.counts()
    assert counts["people"] == counts["q1"] == len(people)
    assert sum(number for name, number in counts.items() if name.startswith("q1.")) == len(people)
