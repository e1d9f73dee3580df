"""That a conversation waits is told once, in time, and without what was written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from moto.ses.models import ses_backends

from chalicelib.aws.mail import SesMail
from chalicelib.clock import HOUR, MINUTE
from chalicelib.errors import MailUnavailable
from chalicelib.replies.waiting_mail import sealed_addresses
from chalicelib.replies.waiting_text import Waits, written
from chalicelib.storage.notices import Language, NoticeSettings
from chalicelib.storage.threads import Heard, Said, Thread
from chalicelib.storage.webhooks import Webhook
from tests.support.world import NOON, ORIGIN, World, aws
from tests.webhooks.receivers import ADVERTISER, listens, told

TEAM = ["service@shop.example", "lea@shop.example"]
NOWHERE = "http://127.0.0.1:9/"


@dataclass
class Letters:
    """E-mails as they were sent; `away` refuses the next ones."""

    sent: list[tuple[list[str], str, str]] = field(default_factory=list)
    away: bool = False

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        if self.away:
            raise MailUnavailable("Throttling")
        self.sent.append((list(to), subject, text))


@pytest.fixture
def letters(world: World) -> Letters:
    there = Letters()
    world.services.mail = there
    return there


def wants(world: World, *, after: int = 0, every: int = 15 * MINUTE, language: Language = "fr") -> None:
    sealed = sealed_addresses(world.services.vault, ADVERTISER, TEAM)
    world.services.notice_book.save_settings(NoticeSettings(ADVERTISER, sealed, after, every, language))


def hears(world: World, person: str = "p1", name: str = "", flags: frozenset[str] = frozenset()) -> Thread:
    """A person writes, and the thread is told of as whoever takes the text tells it."""
    now = world.clock.now()
    said = Said(name or f"{person}-{now}", now, "in", b"sealed", intent="question")
    heard = Heard(ADVERTISER, person, ADVERTISER, b"phone", "33639980099", said, flags=flags)
    thread = world.services.threads.heard(heard, now)
    world.services.waiting.tell(thread, now)
    return thread


def answers(world: World, thread: Thread) -> None:
    now = world.clock.now()
    world.services.threads.said(thread.id, Said(f"a-{now}", now, "out", b"sealed"), now)


def announced(world: World, webhook: Webhook) -> list[dict[str, object]]:
    return [json.loads(delivery.body) for delivery in told(world, webhook)]


def test_nobody_listens_and_nothing_is_written(world: World) -> None:
    hears(world)
    assert world.of_type("waiting_note") == []
    assert world.notice_queue.entries == []


def test_a_webhook_is_told_of_a_thread_once_for_each_time_that_it_waits(world: World) -> None:
    webhook = listens(world, NOWHERE)
    thread = hears(world, flags=frozenset({"problem"}))
    world.tell()
    world.clock.advance(MINUTE)
    hears(world)
    world.tell()
    facts = {"conversation": thread.id, "waiting_since": NOON, "flags": ["problem"], "intent": "question"}
    assert announced(world, webhook) == [facts]
    answers(world, thread)
    world.clock.advance(MINUTE)
    hears(world)
    world.tell()
    assert [told["waiting_since"] for told in announced(world, webhook)] == [NOON, NOON + 2 * MINUTE]


def test_told_twice_and_ordered_twice_is_once(world: World, letters: Letters) -> None:
    wants(world)
    thread = hears(world)
    assert world.services.waiting.tell(thread, NOON) is False
    world.notice_queue.entries *= 2
    world.tell()
    world.tell()
    assert len(letters.sent) == 1


def test_an_e_mail_says_how_many_wait_and_where_and_nothing_else(world: World, letters: Letters) -> None:
    wants(world)
    thread = hears(world, flags=frozenset({"problem"}))
    world.tell()
    ((to, subject, text),) = letters.sent
    assert to == TEAM
    assert subject == "1 conversation attend une réponse"
    assert f"{ORIGIN}/console/inbox/{thread.id}" in text and "problème" in text
    assert world.counts(ADVERTISER)["notice.mailed"] == 1


def test_who_answers_in_time_is_not_bothered(world: World, letters: Letters) -> None:
    wants(world, after=10 * MINUTE)
    webhook = listens(world, NOWHERE)
    answered, forgotten = hears(world, "p1"), hears(world, "p2")
    world.tell()
    world.clock.advance(5 * MINUTE)
    answers(world, answered)
    world.tell()
    assert letters.sent == []
    world.clock.advance(5 * MINUTE)
    world.tell()
    assert [told["conversation"] for told in announced(world, webhook)] == [forgotten.id]
    ((_, _, text),) = letters.sent
    assert forgotten.id in text and answered.id not in text and "depuis 10 minutes" in text


def test_what_comes_within_the_time_between_two_e_mails_is_told_by_the_second(world: World, letters: Letters) -> None:
    wants(world, every=15 * MINUTE, language="en")
    hears(world, "p0")
    world.tell()
    for person in ("p1", "p2", "p3"):
        world.clock.advance(MINUTE)
        last = hears(world, person)
        world.tell()
    answers(world, last)
    assert len(letters.sent) == 1
    world.clock.advance(12 * MINUTE)
    world.tell()
    assert [subject for _, subject, _ in letters.sent][1:] == ["2 conversations wait for an answer"]
    world.clock.advance(HOUR)
    world.tell()
    assert len(letters.sent) == 2
    assert world.of_type("to_mail") == []


def test_an_e_mail_that_is_not_taken_is_tried_again(world: World, letters: Letters) -> None:
    wants(world)
    letters.away = True
    hears(world)
    world.tell()
    assert world.counts(ADVERTISER)["notice.mail_failed"] == 1
    letters.away = False
    world.tell()
    assert letters.sent == []
    world.clock.advance(15 * MINUTE)
    world.tell()
    assert len(letters.sent) == 1


def test_a_thread_that_is_added_while_an_e_mail_is_written_is_told_by_the_next(world: World, letters: Letters) -> None:
    wants(world)
    hears(world, "p1")
    send = letters.send

    def meanwhile(to: Sequence[str], subject: str, text: str) -> None:
        letters.send = send  # type: ignore[method-assign]
        send(to, subject, text)
        hears(world, "p2")
        order = world.notice_queue.drain()["Records"][-1]
        world.services.waiting.due(tuple(json.loads(order["body"])))

    letters.send = meanwhile  # type: ignore[method-assign]
    world.tell()
    world.clock.advance(15 * MINUTE)
    world.tell()
    assert [subject for _, subject, _ in letters.sent] == ["1 conversation attend une réponse"] * 2


def test_more_than_an_e_mail_holds_leave_with_the_next(world: World, letters: Letters) -> None:
    wants(world, after=MINUTE)
    for number in range(51):
        hears(world, f"p{number}")
    world.clock.advance(MINUTE)
    world.tell()
    world.clock.advance(15 * MINUTE)
    world.tell()
    told = [text.count("/console/inbox/") for _, _, text in letters.sent]
    assert sum(told) >= 51 and all(count <= 50 for count in told)
    assert world.of_type("to_mail") == []


def test_a_stage_without_mail_writes_none_and_says_so(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    wants(world)
    hears(world)
    world.tell()
    assert world.services.mail is None
    assert '"event": "mail_is_off"' in capsys.readouterr().out
    assert world.of_type("mailing") == []


def test_addresses_are_sealed(world: World, letters: Letters) -> None:
    wants(world)
    hears(world)
    world.tell()
    assert "shop.example" not in str(world.items())


def test_amazon_ses_gets_one_e_mail(world: World) -> None:
    client = aws("sesv2")
    mail = SesMail(lambda: client, "relance@shop.example")
    with pytest.raises(MailUnavailable, match="MessageRejected"):
        mail.send(TEAM, "Sujet", "Texte")
    client.create_email_identity(EmailIdentity="relance@shop.example")
    mail.send(TEAM, "1 conversation attend une réponse", "Texte")
    (sent,) = ses_backends["123456789012"]["eu-west-3"].sent_messages
    assert sent.destinations == {"ToAddresses": TEAM}
    assert (sent.source, sent.subject) == ("relance@shop.example", "1 conversation attend une réponse")


@pytest.mark.parametrize(
    ("language", "ms", "said"),
    [
        ("fr", 0, "depuis moins d'une minute"),
        ("fr", MINUTE, "depuis 1 minute"),
        ("en", 26 * HOUR, "for 1 day"),
        ("en", 2 * HOUR, "for 2 hours"),
        ("fr", 49 * HOUR, "depuis 2 jours"),
    ],
)
def test_a_time_is_said_in_the_advertisers_language(language: Language, ms: int, said: str) -> None:
    _, text = written([Waits("thr_1", NOON - ms)], language, ORIGIN, NOON)
    assert said in text
