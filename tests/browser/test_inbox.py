"""A conversation in a browser: the phone simulator on one side, an agent's inbox on the other."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from chalice.test import Client
from playwright.sync_api import Page, expect

import app as application
from chalicelib.wiring import services
from chalicelib.workers.receipts import on_reports
from tests.support.shop import CAMILLE, MALIK, Shop, open_shop
from tests.support.world import World

SOON = 8_000
"""Milliseconds. Two seconds where nothing else runs: the page asks each second, and other tests share the machine."""
QUESTION = "Bonjour, la lampe Lune est-elle en stock ?"


class Handler(BaseHTTPRequestHandler):
    """The application as a browser reaches it, one request at a time: moto is one for all.

    What a POST puts on a queue has been carried out before it is answered.
    """

    turn = threading.Lock()
    world: World

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.turn, Client(application.app) as client:
            answer = client.http.request(self.command, self.path, dict(self.headers), body)
            if self.command == "POST":
                assert on_reports(self.world.receipt_queue.drain(), self.world.services) == {"batchItemFailures": []}
                self.world.work()
        self.send_response(answer.status_code)
        for name, value in (answer.headers | {"Content-Length": str(len(answer.body))}).items():
            self.send_header(name, value)
        with suppress(ConnectionError):  # The page is gone, or asks for another.
            self.end_headers()
            self.wfile.write(answer.body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Shop, str]]:
    """A shop whose SMS stay in the outbox, and the application on 127.0.0.1."""
    environment = {
        "STAGE": "test",
        "TABLE_NAME": world.table,
        "SEND_QUEUE_URL": "https://sqs.example/send",
        "SMS_PROVIDER": "outbox",
        "PHONE_SIMULATOR": "on",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        origin = f"http://127.0.0.1:{server.server_port}"
        for name, value in (environment | {"ORIGIN": origin}).items():
            monkeypatch.setenv(name, value)
        services.cache_clear()
        container = services()
        container.table = world.services.table
        world.equip(container)
        monkeypatch.setattr(Handler, "world", world, raising=False)
        del container.provider, world.services.provider  # The outbox keeps what a recorder would not.
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield open_shop(world), origin
        server.shutdown()
        thread.join()
    services.cache_clear()


def sign_in(page: Page, shop: Shop, origin: str) -> None:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    page.set_extra_http_headers({"Accept-Language": "fr"})
    page.goto(f"{origin}/console/inbox")
    page.get_by_label("Clé").fill("rk_own")
    page.get_by_label(re.compile("prénom")).fill("Nadia")
    page.get_by_role("button").click()
    expect(page).to_have_url(f"{origin}/console/inbox")


def say(shop: Shop, phone: Page, text: str) -> None:
    """Type a text on the phone and send it, a minute later."""
    shop.world.clock.advance(60_000)
    phone.get_by_label("Votre réponse").fill(text)
    phone.get_by_role("button", name="Envoyer").click()
    expect(phone.locator("#thread li.in").last).to_contain_text(text)


def test_a_conversation_between_a_phone_and_the_inbox(served: tuple[Shop, str], page: Page, tmp_path: Path) -> None:
    shop, origin = served
    shop.contact(first_name="Camille")
    sent = shop.message()
    assert shop.world.services.dispatch.send(sent.id, sent.version) == "sent"
    shop.world.services.quick_reply_book.save(shop.advertiser.id, "stock", "Bonjour {{ first_name }}, oui !", "fr")
    sign_in(page, shop, origin)
    expect(page.get_by_text("Personne ici.")).to_be_visible()
    phone = page.context.new_page()
    phone.set_extra_http_headers({"Accept-Language": "fr"})
    phone.goto(f"{origin}/phone")

    say(shop, phone, QUESTION)
    row = page.get_by_role("link", name=re.compile("Camille"))
    expect(row).to_be_visible(timeout=SOON)
    row.click()
    expect(page.locator("#texts")).to_contain_text(QUESTION)

    box = page.get_by_label("Votre réponse")
    box.fill("Oui, et -10 % pour vous")
    expect(page.locator("#size")).to_contain_text("ne propose pas d’offre")
    page.get_by_role("link", name="stock", exact=True).click()
    expect(box).to_have_value("Bonjour Camille, oui !")
    expect(page.locator("#size")).to_contain_text("1 SMS")
    shop.world.clock.advance(60_000)
    typing = phone.get_by_label("Votre réponse")
    typing.fill("Merci")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("#texts li.out")).to_contain_text("Bonjour Camille, oui !")
    expect(phone.locator("#thread li").last).to_contain_text("Bonjour Camille, oui !", timeout=SOON)
    expect(typing).to_have_value("Merci")
    expect(page.locator("#texts li.out")).to_contain_text("reçu", timeout=SOON)

    box.fill("Je regarde aussi en bleu")
    say(shop, phone, "Merci ! Et en bleu ?")
    expect(page.locator("#texts li.in").last).to_contain_text("Et en bleu ?", timeout=SOON)
    expect(box).to_have_value("Je regarde aussi en bleu")
    say(shop, phone, "STOP")
    expect(page.locator("#about")).to_contain_text("a dit STOP", timeout=SOON)
    expect(phone.locator("#thread li").last).to_contain_text("c'est noté", timeout=SOON)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("alert").first).to_contain_text("rien ne part")
    assert CAMILLE not in page.content()
    for shown, name in ((page, "inbox"), (phone, "phone")):
        for width, height in ((1280, 800), (390, 844)):
            shown.set_viewport_size({"width": width, "height": height})
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
            shown.screenshot(path=tmp_path / f"{name}-{width}.png")
            assert [found["nodes"] for found in Axe().run(shown).response["violations"]] == []
    assert len(phone.locator("#thread li.out").all()) == 3


def test_a_phone_that_has_no_sms_yet_can_write_and_stays_the_one_that_is_looked_at(
    served: tuple[Shop, str], page: Page
) -> None:
    shop, origin = served
    page.set_extra_http_headers({"Accept-Language": "fr"})
    page.goto(f"{origin}/phone")
    for phone in (MALIK, CAMILLE):
        shop.world.clock.advance(60_000)
        page.get_by_text("Un autre téléphone écrit").click()
        page.get_by_label("De", exact=True).fill(phone)
        page.get_by_label("Au", exact=True).fill("36123")
        page.get_by_label("Texte").fill(f"Ici le {phone}")
        page.locator("nav").get_by_role("button").click()
        expect(page).to_have_url(re.compile(r"[?&]of="))  # The page that it was sent from shows the text too.
        expect(page.locator("#thread")).to_contain_text(f"Ici le {phone}")
        if phone == MALIK:
            his = page.url
    page.goto(his)
    expect(page.locator("#thread")).to_contain_text(f"Ici le {MALIK}")
