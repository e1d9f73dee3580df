"""An agent's answer goes out once, by the number that was written to, or says why it does not."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.errors import Conflict, NotFound
from chalicelib.messaging.template_language import NotComposable
from chalicelib.replies.agent_answers import NotAnswered, size
from chalicelib.replies.conversation_desk import ConversationDesk, Wanted
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Held, Opposition
from tests.support.shop import CAMILLE, MALIK, Shop, hashed, lamp, open_shop, visitor_id
from tests.support.stream import Stream
from tests.support.talk import NUMBER, write
from tests.support.world import World

QUESTION = "Est-ce que la lampe est en stock ?"


@pytest.fixture
def desk(world: World) -> ConversationDesk:
    return world.services.conversation_desk


def counts(shop: Shop) -> dict[str, int]:
    now = shop.world.clock.now()
    return shop.world.services.counters.read(shop.advertiser.id, now - DAY, now)


def test_an_answer_leaves_once_by_the_number_that_was_written_to(shop: Shop, desk: ConversationDesk) -> None:
    thread = write(shop, QUESTION)
    shop.world.clock.advance(3 * MINUTE)
    first = desk.answer(shop.advertiser.id, thread.id, "Oui,  il en reste deux.", "click-1", thread.texts)
    again = desk.answer(shop.advertiser.id, thread.id, "Oui,  il en reste deux.", "click-1", thread.texts)
    shop.world.work()
    assert first.id == again.id
    (sms,) = shop.world.provider.sent
    assert (sms.sender, sms.text, sms.to) == (NUMBER, "Oui, il en reste deux.", CAMILLE)
    after = desk.find(shop.advertiser.id, thread.id)
    assert (after.state, after.unread, after.waiting_since) == ("open", 0, 0)
    said = desk.latest(after)
    assert [(one.direction, one.text) for one in said] == [("in", QUESTION), ("out", "Oui, il en reste deux.")]
    assert said[1].waited_ms == 3 * MINUTE
    assert counts(shop)["reply.answered"] == 1


def test_an_id_that_was_another_answers_is_refused_and_the_first_one_stands(shop: Shop, desk: ConversationDesk) -> None:
    thread = write(shop, QUESTION)
    liquid = "Oui, {{ il }} en reste."
    desk.answer(shop.advertiser.id, thread.id, liquid, "click-1")
    with pytest.raises(Conflict):
        desk.answer(shop.advertiser.id, thread.id, "Non, plus aucune.", "click-1")
    assert desk.answer(shop.advertiser.id, thread.id, liquid, "click-1")
    assert {one.text for one in desk.latest(desk.find(shop.advertiser.id, thread.id))} == {QUESTION, liquid}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("   ", "empty"),
        ("Oui, et -10 % avec le code LUNE10 !", "offer"),
        ("mot " * 250, "too_long"),
    ],
)
def test_what_may_not_be_said_is_refused_and_counted(
    shop: Shop, desk: ConversationDesk, text: str, reason: str
) -> None:
    thread = write(shop, QUESTION)
    with pytest.raises(NotAnswered) as refused:
        desk.answer(shop.advertiser.id, thread.id, text, "click-1")
    assert refused.value.reason == reason
    assert counts(shop)[f"answer.refused.{reason}"] == 1
    assert desk.find(shop.advertiser.id, thread.id).state == "waiting"


def test_an_offer_is_refused_with_its_words(shop: Shop) -> None:
    assert size("Profitez de 10 % de remise").words
    assert size("Votre colis part demain").refused is None
    dear = size("Ça arrive bientôt, à très vite ☺")
    assert (dear.encoding, dear.parts, "☺" in dear.culprits) == ("UCS-2", 1, True)


def test_after_a_stop_and_after_a_day_nothing_is_answered(shop: Shop, desk: ConversationDesk) -> None:
    stopped, late = write(shop, QUESTION), write(shop, QUESTION, MALIK)
    no = Opposition(shop.world.clock.now(), "stop")
    counted = count(shop.advertiser.id, "x", no.at, "opposed.stop")
    shop.world.services.ledgers.oppose(stopped.person, shop.advertiser.id, no, counted)
    with pytest.raises(NotAnswered, match="opposed"):
        desk.answer(shop.advertiser.id, stopped.id, "Oui.", "c")
    shop.world.clock.advance(DAY)
    with pytest.raises(NotAnswered, match="answer_too_late"):
        desk.answer(shop.advertiser.id, late.id, "Oui.", "c")


def test_what_came_while_the_agent_wrote_goes_on_waiting(shop: Shop, desk: ConversationDesk) -> None:
    seen = write(shop, QUESTION)
    shop.world.clock.advance(MINUTE)
    write(shop, "Et en bleu ?")
    desk.answer(shop.advertiser.id, seen.id, "Oui.", "c", seen.texts)
    after = desk.find(shop.advertiser.id, seen.id)
    assert (after.state, after.unread) == ("waiting", 1)


def test_a_doubt_is_settled_by_an_answer_and_a_problem_by_closing(shop: Shop, desk: ConversationDesk) -> None:
    ledgers, now, own = shop.world.services.ledgers, shop.world.clock.now(), shop.advertiser.id
    doubt, problem = (
        write(shop, QUESTION, phone, flags=frozenset({flag}))
        for phone, flag in ((CAMILLE, "stop_doubtful"), (MALIK, "problem"))
    )
    ledgers.hold(doubt.person, own, Held(now, "doubtful_stop"))
    ledgers.hold(problem.person, own, Held(now, "problem"))
    for thread in (doubt, problem):
        desk.answer(own, thread.id, "Oui.", "c")
    assert (own in ledgers.get(doubt.person).held, own in ledgers.get(problem.person).held) == (False, True)
    assert not desk.find(own, doubt.id).flags
    desk.turn(own, problem.id, "closed")
    assert own not in ledgers.get(problem.person).held


def test_what_nobody_has_read_yet_is_not_settled(shop: Shop, desk: ConversationDesk) -> None:
    ledgers, own = shop.world.services.ledgers, shop.advertiser.id
    seen = write(shop, QUESTION)
    shop.world.clock.advance(MINUTE)
    doubt = Held(shop.world.clock.now(), "doubtful_stop")
    ledgers.hold(seen.person, own, doubt)  # Its text is not in the thread yet.
    desk.answer(own, seen.id, "Oui.", "c-1")
    assert ledgers.get(seen.person).held[own] == doubt
    write(shop, "Stop ?", flags=frozenset({"stop_doubtful"}))
    desk.answer(own, seen.id, "Oui.", "c-2", seen.texts)
    assert desk.turn(own, seen.id, "closed", seen.texts).state == "waiting"
    assert desk.find(own, seen.id).flags == {"stop_doubtful"}
    assert ledgers.get(seen.person).held[own] == doubt
    assert desk.turn(own, seen.id, "closed", seen.texts + 1).state == "closed"
    assert own not in ledgers.get(seen.person).held


def test_who_is_read_as_a_stop_gets_nothing_more(shop: Shop, desk: ConversationDesk) -> None:
    thread = write(shop, "laissez-moi tranquille", flags=frozenset({"stop_doubtful"}))
    assert desk.oppose(shop.advertiser.id, thread.id).state == "closed"
    assert shop.world.services.ledgers.get(thread.person).opposition(shop.advertiser.id)
    assert counts(shop)["opposed.stop"] == 1


def test_threads_are_handed_on_tagged_read_and_found_by_it(shop: Shop, desk: ConversationDesk) -> None:
    own = shop.advertiser.id
    one, other = write(shop, QUESTION), write(shop, QUESTION, MALIK)
    desk.assign(own, one.id, "Nadia")
    desk.tag(own, one.id, ("stock", "vip"))
    desk.read(own, one.id, one.texts)

    def found(**wanted: object) -> list[str]:
        return [thread.id for thread in desk.listed(own, Wanted(**wanted), "", 10)[0]]  # type: ignore[arg-type]

    assert found(assignee="Nadia") == found(tag="vip") == [one.id]
    assert found(assignee="") == found(unread=True) == [other.id]
    assert b"Nadia" not in repr(shop.world.items()).encode()
    desk.assign(own, one.id, None)
    assert len(found(assignee="")) == 2
    desk.turn(own, one.id, "closed")
    assert found(state="closed") == [one.id]
    assert desk.turn(own, one.id, "open").state == "open"


def test_another_advertisers_conversation_is_not_there(world: World, shop: Shop, desk: ConversationDesk) -> None:
    thread, other = write(shop, QUESTION), open_shop(world)
    for act in (
        lambda: desk.answer(other.advertiser.id, thread.id, "Oui.", "c"),
        lambda: desk.turn(other.advertiser.id, thread.id, "closed"),
        lambda: desk.oppose(other.advertiser.id, thread.id),
    ):
        with pytest.raises(NotFound):
            act()


def test_beside_a_conversation_stand_the_visit_the_cart_and_what_was_sent(
    shop: Shop, stream: Stream, desk: ConversationDesk
) -> None:
    shop.contact(first_name="Camille")
    shop.tell(visitor_id(), "add_to_cart", ids={"phone_sha256": hashed(CAMILLE)}, params=lamp())
    stream.follow()
    shop.world.clock.advance(2 * HOUR)
    shop.world.work()
    thread = write(shop, QUESTION)
    beside = shop.world.services.beside_reader.read(thread)
    assert beside.product and beside.product.name == "Lampe Lune"
    assert beside.cart and [line.name for line in beside.cart.lines] == ["Lampe Lune"]
    assert [message.journey for message in beside.messages] == ["cart"]
    assert [one.journey for one in beside.journeys] == ["cart"]
    book = shop.world.services.quick_reply_book
    text = "Bonjour{% if first_name %} {{ first_name }}{% endif %}, {{ product }} est en stock. {{ brand }}"
    reply = book.save(shop.advertiser.id, "stock", text, "fr")
    rendered = book.rendered(shop.advertiser, reply, beside)
    assert rendered == "Bonjour Camille, Lampe Lune est en stock. Lumen"


def test_a_quick_reply_offers_nothing_and_names_only_what_an_answer_has(shop: Shop) -> None:
    book = shop.world.services.quick_reply_book
    with pytest.raises(NotAnswered, match="offer"):
        book.save(shop.advertiser.id, "promo", "10 % de remise pour vous", "fr")
    with pytest.raises(NotComposable):
        book.save(shop.advertiser.id, "link", "Voici : {{ link }}", "fr")
    with pytest.raises(NotComposable):
        book.save(shop.advertiser.id, "order", "{{ nothing }}", "fr")
    book.save(shop.advertiser.id, "order", "Commande {{ order.number }}", "fr")
    beside = shop.world.services.beside_reader.read(write(shop, QUESTION))
    with pytest.raises(NotComposable, match="missing_value"):
        book.rendered(shop.advertiser, book.find(shop.advertiser.id, "order"), beside)
    book.remove(shop.advertiser.id, "order")
    with pytest.raises(NotFound):
        book.find(shop.advertiser.id, "order")
