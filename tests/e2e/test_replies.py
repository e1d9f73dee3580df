"""Replies on the deployed stack: what is answered by itself, and a STOP while a message leaves."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlencode

from chalicelib.clock import DAY, HOUR
from chalicelib.ids import new_id
from chalicelib.storage import messages
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.messages import Message, Step
from chalicelib.storage.send_queue import Order
from cli.daytime import into_the_day
from tests.e2e.deployed import Deployed, Shop, eventually
from tests.e2e.test_journeys import AGENT, DAY_MINUTES, switch_on, told
from tests.e2e.test_provider_texts import FORM, NUMBER


def writes(shop: Shop, phone: str, text: str, name: str) -> None:
    form = urlencode({"id": f"{name}-{phone[-4:]}", "from": phone, "to": NUMBER, "text": text})
    assert shop.deployed.request("POST", "/hooks/outbox/replies", form, FORM).status == 303


def received(shop: Shop, phone: str) -> list[str]:
    """The SMS that a phone got, the oldest first."""
    newest = shop.deployed.services.outbox.newest()
    return [sms.text for sms in reversed(list(newest)) if (sms.phone, sms.direction) == (phone, "out")]


def two(sms: list[str]) -> tuple[str, str] | None:
    return (sms[0], sms[1]) if len(sms) == 2 else None


def thread(shop: Shop, phone: str) -> dict[str, Any]:
    services = shop.deployed.services
    thread_id = services.threads.id_of(shop.advertiser, services.vault.person(phone))
    answer = shop.deployed.admin("GET", f"/v1/advertisers/{shop.advertiser}/conversations/{thread_id}")
    return dict(answer.json) if answer.status == 200 else {}


def target(shop: Shop, sms: str) -> str:
    """Where the link in an SMS leads."""
    origin = shop.deployed.stack.origin
    codes = [word.removeprefix(f"{origin}/") for word in sms.split() if word.startswith(f"{origin}/")]
    link = shop.deployed.services.links.get(codes[0])
    assert link
    return link.target


def test_who_is_asked_for_a_review_is_thanked_once_and_who_complains_is_heard(
    deployed: Deployed, phones: list[str]
) -> None:
    shop = deployed.open_shop(agent=AGENT, caps=[])
    happy, unhappy, *_ = phones
    switch_on(shop, "review_request")
    for phone in (happy, unhappy):
        shop.opt_in(phone)
        told(shop, phone, transaction_id=f"R-{phone[-4:]}", status="delivered")
    eventually(lambda: shop.counts().get("journey.review_request.begun") == 2)
    deployed.pass_minutes(5 * DAY_MINUTES + 1)
    into_the_day(deployed.clock)  # A Sunday may have come.
    eventually(lambda: received(shop, happy) and received(shop, unhappy))

    writes(shop, happy, "Super, merci !", "first")
    asked, thanks = eventually(lambda: two(received(shop, happy)))
    assert "merci beaucoup" in thanks and target(shop, thanks) == target(shop, asked)
    writes(shop, happy, "Vraiment génial, je recommande", "second")
    writes(shop, unhappy, "Le colis est cassé", "third")
    asked, sorry = eventually(lambda: two(received(shop, unhappy)))
    assert "Une personne lit votre message" in sorry and target(shop, sorry) == target(shop, asked)
    found = eventually(lambda: thread(shop, unhappy))
    assert (found["state"], found["flags"]) == ("waiting", ["problem"])
    services = deployed.services
    assert services.ledgers.get(services.vault.person(unhappy)).held[shop.advertiser].why == "problem"
    eventually(lambda: thread(shop, happy).get("texts") == 2)
    eventually(lambda: shop.counts().get("answer.not.thanked_before") == 1)
    counts = shop.counts()
    assert (counts["answer.thanks"], counts["answer.problem_review"], len(received(shop, happy))) == (1, 1, 2)


def test_a_stop_in_the_second_in_which_a_message_leaves_the_queue_wins_or_comes_too_late_and_never_both(
    deployed: Deployed, phones: list[str]
) -> None:
    """Whatever the ledger holds when the STOP is in it is all that is ever claimed; what was not is refused."""
    shop, services = deployed.open_shop(caps=[]), deployed.services
    queued = [on_the_queue(shop, phone) for phone in phones]
    with ThreadPoolExecutor(2 + len(phones)) as pool:  # Whoever looks has to look while it happens.
        sent = pool.submit(lambda: services.send_queue.put([Order(one.id, one.version) for one in queued]))
        stops = [pool.submit(writes_after, 0.15 * place, shop, phone) for place, phone in enumerate(phones)]
        when_stopped = pool.submit(opposed, shop, phones).result()
        for done in (sent, *stops):
            done.result()
    pairs = zip(queued, when_stopped, strict=True)
    before = [message.id in {send.message for send in ledger.sends} for message, ledger in pairs]
    for phone, message, claimed in zip(phones, queued, before, strict=True):
        ended = eventually(partial(gone_on, shop, message))
        assert (ended.state, ended.reason) == (("sent", None) if claimed else ("refused", "opposed"))
        eventually(lambda to=phone: any("plus de SMS" in sms for sms in received(shop, to)))  # type: ignore[misc]
        assert len(received(shop, phone)) == 1 + claimed
    eventually(lambda: shop.counts().get("answer.stop_confirmation") == len(phones))
    eventually(lambda: shop.counts().get("message.sent") == len(phones) + sum(before))
    assert shop.counts()["opposed.stop"] == len(phones)


def on_the_queue(shop: Shop, phone: str) -> Message:
    """A message that was due and is on its way."""
    services = shop.deployed.services
    shop.opt_in(phone)
    now = services.clock.now()
    message = Message(
        id=new_id("msg", now),
        state="queued",
        version=1,
        message_class="marketing",
        advertiser=shop.advertiser,
        site=shop.site,
        journey="cart",
        base=shop.advertiser,
        person=services.vault.person(phone),
        cart_at=now - HOUR,
        cart_changed_at=now - HOUR,
        created_at=now - HOUR,
        expires_at=now + DAY,
        due_at=now + HOUR,
        history=(Step("scheduled", now - HOUR),),
    )
    services.messages.commit([messages.create(message)])
    return message


def writes_after(seconds: float, shop: Shop, phone: str) -> None:
    time.sleep(seconds)
    writes(shop, phone, "STOP", "stop")


def gone_on(shop: Shop, message: Message) -> Message | None:
    """A message that has been decided about."""
    now = shop.deployed.services.messages.get(message.id)
    return now if now and now.state not in ("queued", "sending") else None


def opposed(shop: Shop, phones: list[str]) -> list[Ledger]:
    """Each phone's ledger as it stood as soon as an opposition was seen in it."""
    services, found = shop.deployed.services, dict[str, Ledger]()

    def look() -> bool:
        for phone in phones:
            if phone not in found:
                ledger = services.ledgers.get(services.vault.person(phone))
                if ledger.opposed:
                    found[phone] = ledger
        return len(found) == len(phones)

    eventually(look, within_s=120)
    return [found[phone] for phone in phones]
