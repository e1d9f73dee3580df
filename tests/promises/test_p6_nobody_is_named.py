"""P6: a full dump of table, queue and logs without the key names nobody."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote

import pytest
from cryptography.exceptions import InvalidTag

from chalicelib.audience.import_files import Record, inspect, read
from chalicelib.audience.import_rows import ImportOptions, RowReader
from chalicelib.audience.importing import file_opener, run
from chalicelib.audience.intake import Arrival
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.sms_providers.contract import InboundText
from chalicelib.vault import Vault, new_secrets
from chalicelib.web import collect, redirect
from chalicelib.workers import send
from tests.support import gateway
from tests.support.shop import CAMILLE, ORIGIN, PAGE, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.support.template import ROOT
from tests.support.world import NOON, World

CUSTOMERS = ROOT / "examples" / "shop" / "customers.csv"
REPLY = "merci mais je pars en vacances"


def customers() -> list[Arrival]:
    file = file_opener(CUSTOMERS)
    reader = RowReader(ImportOptions(base="any"), "", NOON + 300 * DAY)
    rows = [reader.read(record) for record in read(file, inspect(file)) if isinstance(record, Record)]
    assert all(isinstance(row, Arrival) for row in rows)
    return [row for row in rows if isinstance(row, Arrival)]


def spellings(phone: str) -> Iterator[str]:
    """A French phone as people, forms and address bars write it."""
    national = "0" + phone.removeprefix("+33")
    pairs = [national[i : i + 2] for i in range(0, 10, 2)]
    for separator in ("", " ", ".", "-", "/", "_", "%20", "+"):
        grouped = separator.join(pairs)
        for written in (
            grouped,
            f"+33{separator}{grouped[1:]}",
            f"0033{separator}{grouped[1:]}",
            f"33{separator}{grouped[1:]}",
        ):
            yield from (written, quote(written), quote_plus(written))
    yield f"+33 (0){' '.join(pairs)[1:]}"


def secrets_of(rows: list[Arrival], texts: list[str]) -> set[str]:
    """Everything that must not be found in clear, as it may be written, and its plain hash."""
    named: set[str] = set(texts)
    for row in rows:
        profile = row.profile
        assert profile.email and profile.first_name and profile.last_name
        named |= {*spellings(profile.phone), profile.email, quote(profile.email), profile.first_name, profile.last_name}
        named |= {hashed(profile.phone), hashed(profile.email)}
    return {text.lower() for text in named if text}


def dump(world: World, logs: str) -> str:
    """What somebody holds who has everything but the key."""
    stored = "\n".join(repr(item) for item in world.items())
    return f"{stored}\n{world.queue.entries}\n{logs}".lower()


def play_a_whole_journey(shop: Shop, stream: Stream) -> None:
    """Import, visit with every identifier, abandon, send, click, come back, answer, buy."""
    world, services = shop.world, shop.world.services
    earlier = re.sub(rb"2026-\d\d-\d\d", b"2026-01-05", CUSTOMERS.read_bytes())
    options = ImportOptions(base=shop.advertiser.id)
    report = run(lambda: io.BytesIO(earlier), options, world.clock.now(), services.import_destination)
    assert report.accepted == 5
    for row in customers():
        visitor, profile = visitor_id(), row.profile
        params = lamp(f"Lampe de {profile.email} {profile.phone}", f"{PAGE}?tel={quote(profile.phone)}")
        ids = {"phone_sha256": hashed(profile.phone), "email_sha256": hashed(profile.email or ""), "customer_id": "77"}
        body = shop.body(visitor, "identify", "add_to_cart", ids=ids, params=params)
        assert collect.handle(gateway.post("/e", body, headers={"Origin": ORIGIN}), services)["statusCode"] == 202
    wrong = shop.body(visitor_id(), "add_to_cart") | {"ids": {"phone_sha256": customers()[0].profile.phone}}
    assert collect.handle(gateway.post("/e", wrong, headers={"Origin": ORIGIN}), services)["statusCode"] == 422
    stream.follow()
    world.clock.advance(HOUR)
    services.due_steps.run()
    services.tick.run()
    assert send.on_orders(world.queue.batch(), services) == {"batchItemFailures": []}
    for link in world.links():
        assert redirect.handle(gateway.short_link(link.code), services)["statusCode"] == 302
    stream.follow()
    for number, row in enumerate(customers()):
        for text in (REPLY, "STOP"):
            services.outbox.received(f"reply-{number}-{text[:4]}", row.profile.phone, "36123", text)
            services.inbound.receive(InboundText(f"reply-{number}-{text[:4]}", row.profile.phone, "36123", text))
    world.clock.advance(MINUTE)
    shop.tell(None, "purchase", caller=shop.server, ids={"phone_sha256": hashed(customers()[0].profile.phone)})
    stream.follow()


@pytest.fixture
def with_outbox(world: World) -> World:
    """The real provider of rehearsals: what it keeps is in the table too."""
    world.services.provider = world.services.outbox
    return world


def test_a_dump_without_the_key_names_nobody(
    with_outbox: World, shop: Shop, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    play_a_whole_journey(shop, stream)

    sent = [sms for sms in with_outbox.services.outbox.newest() if sms.direction == "out"]
    assert len(sent) == 3, "those who agreed to both got their SMS"
    everything = dump(with_outbox, capsys.readouterr().out)
    found = [text for text in secrets_of(customers(), [REPLY, *(sms.text for sms in sent)]) if text in everything]
    assert found == []
    for entry in with_outbox.queue.entries:
        order = json.loads(entry["MessageBody"])
        named = {"enrolment", "version"}, {"message", "version", "lease"}
        assert set(order) in named, "keyed hashes, and no number"


def test_the_dump_would_show_what_it_looks_for(shop: Shop) -> None:
    """The search itself works: a phone in any spelling that is put in the table is found."""
    for phone in spellings("+33639980001"):
        assert phone.lower() in dump(shop.world, f"log of {phone}")


def test_the_outbox_opens_with_the_key_and_with_no_other(with_outbox: World, shop: Shop) -> None:
    shop.contact(first_name="Camille")
    message = shop.message()
    assert with_outbox.services.dispatch.send(message.id, message.version) == "sent"
    with_outbox.services.outbox.received("reply-1", CAMILLE, "36123", REPLY)

    reply, sent = with_outbox.services.outbox.newest()
    assert (sent.phone, reply.phone, reply.text) == (CAMILLE, CAMILLE, REPLY)
    assert sent.text.startswith("Lumen: bonjour Camille")
    stranger = with_outbox.worker()
    stranger.vault = Vault(new_secrets().__getitem__)
    with pytest.raises(InvalidTag):
        stranger.outbox.newest()


def test_a_phone_in_a_products_name_or_page_is_not_kept(shop: Shop) -> None:
    for phone in sorted(set(spellings("+33639980001"))):
        shop.tell(visitor_id(), "add_to_cart", params=lamp(f"Lampe {phone}", f"{PAGE}?tel={phone}&size=2"))

    for event in shop.world.of_type("event"):
        kept = unquote(unquote(json.dumps(event["params"], ensure_ascii=False)))
        assert "639980001" not in re.sub(r"\D", "", kept), kept
