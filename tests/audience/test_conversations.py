"""A person's conversations are in their export, go with them, and follow the keys."""

from __future__ import annotations

from chalicelib.audience.rekey import Rekeying
from chalicelib.clock import MINUTE
from chalicelib.replies.spoken import Spoken, open_phone, open_said, seal_said
from chalicelib.storage.conversation import assignee_context
from cli.rotate import KeyRotation
from cli.rotation import SETTLED
from tests.support.secrets import KeptSecrets
from tests.support.shop import CAMILLE, MALIK, Shop
from tests.support.talk import write

QUESTION = "Est-ce que la lampe est en stock ?"
KINDS = {"thread", "said", "said_once", "inbox_row", "thread_reference"}


def test_an_export_tells_what_was_said_and_how_it_was_understood(shop: Shop) -> None:
    person = shop.contact()
    thread = write(shop, QUESTION)
    shop.world.clock.advance(MINUTE)
    services, now = shop.world.services, shop.world.clock.now()
    answer = Spoken("a1", now, "out", "Oui.", message="msg_1")
    services.threads.said(thread.id, seal_said(services.vault, thread.id, answer), now)
    told = services.erasure.export(shop.advertiser.id, person)
    assert told
    (conversation,) = told["conversations"]
    assert [(text["direction"], text["text"]) for text in conversation["texts"]] == [("in", QUESTION), ("out", "Oui.")]
    assert conversation["texts"][0]["because"] == ["est-ce"]


def test_an_erasure_takes_the_persons_conversations_and_nobody_elses(shop: Shop) -> None:
    person = shop.contact()
    shop.contact(MALIK)
    gone, kept = write(shop, QUESTION), write(shop, QUESTION, MALIK)
    shop.world.services.erasure.erase(shop.advertiser.id, person)
    left = [item for item in shop.world.items() if item.get("type") in KINDS]
    assert not [item for item in left if gone.id in str(item)]
    assert {item["type"] for item in left if kept.id in str(item)} == KINDS


def test_texts_phone_and_assignee_follow_a_new_key(shop: Shop) -> None:
    world = shop.world
    thread = write(shop, QUESTION)
    vault = world.services.vault
    name = vault.seal("Nadia", assignee_context(thread.id))
    world.services.threads.change(thread.id, lambda one: one.given_to(name), world.clock.now())
    rotation = KeyRotation(KeptSecrets(world), world.worker, world.clock)  # type: ignore[arg-type]
    for _ in range(4):
        rotation.next("data")
        world.clock.advance(SETTLED)
    worker = world.worker()
    assert not Rekeying(worker.table, worker.contacts, worker.vault).sealed_under(1)
    after = worker.threads.by_id(thread.id)
    assert after and after.assignee
    assert open_phone(worker.vault, after) == CAMILLE
    assert worker.vault.open(after.assignee, assignee_context(thread.id)) == "Nadia"
    assert open_said(worker.vault, thread.id, worker.threads.entries(thread.id)[0]).text == QUESTION
