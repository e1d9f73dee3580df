"""The demo shop, walked through by a customer, against a service that records."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .servers import GPC, Collector

SERVE = Path(__file__).parents[2] / "examples" / "shop" / "serve.py"
COMMERCE = ("view_item", "add_to_cart", "begin_checkout", "purchase")

LAMP = {
    "item_id": "lampe-coeur-de-chene",
    "item_name": "Lampe Cœur de chêne",
    "item_category": "Lampes",
    "price": 149,
    "quantity": 1,
}


@pytest.fixture
def demo(collector: Collector) -> Iterator[str]:
    command = [sys.executable, str(SERVE), "--port", "0", "--origin", collector.url, "--site", "lumen"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1]
        server.terminate()
        assert server.wait(5) == 0, "a clean stop"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def log_in(page: Page, name: str) -> None:
    page.get_by_role("link", name="Mon compte").click()
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("status")).to_contain_text("Bonjour")


def test_a_customer_browses_and_buys(page: Page, context: BrowserContext, demo: str, collector: Collector) -> None:
    page.goto(demo)
    expect(page.get_by_text("rappel par SMS")).to_be_visible()
    page.wait_for_function("relance.loaded")
    assert collector.tracking() == []
    page.get_by_role("button", name="Accepter").click()
    collector.wait_for_event("page_view")

    log_in(page, "Camille")
    collector.wait_for_event("identify")
    page.get_by_role("link", name="Maison Lumen").click()
    page.get_by_role("link", name="Cœur de chêne").click()
    collector.wait_for_event("view_item")
    page.get_by_role("button", name="Ajouter au panier").click()
    collector.wait_for_event("add_to_cart")
    page.get_by_role("link", name="Voir le panier").click()
    page.get_by_label("Quantité").select_option("2")
    page.get_by_role("link", name="Commander").click()
    collector.wait_for_event("begin_checkout")
    page.get_by_role("button", name="Payer").click()
    collector.wait_for_event("purchase")
    page.reload()
    page.goto(demo)
    collector.wait_until(lambda: collector.event_names().count("page_view") == 9)

    messages = collector.messages()
    bought = [(m, e) for m in messages for e in m["events"] if e["event"] in COMMERCE]
    assert [event["event"] for _, event in bought] == list(COMMERCE), "each once, the reload included"
    [cookie] = context.cookies()
    assert {(m["site"], m["visitor"]) for m in messages} == {("lumen", cookie["value"])}
    camille = {"email_sha256": sha256("camille.aubry@example.com"), "phone_sha256": sha256("+33639980001")}
    assert [message["ids"] for message, _ in bought] == [camille] * 4

    view, add, checkout, purchase = (event["params"] for _, event in bought)
    one = {"currency": "EUR", "value": 149, "items": [LAMP]}
    two = {"currency": "EUR", "value": 298, "items": [{**LAMP, "quantity": 2}]}
    where = f"{demo}/product.html?id=lampe-coeur-de-chene"
    assert view == add == {**one, "page_location": where}
    assert checkout == {**two, "page_location": f"{demo}/checkout.html"}
    order = purchase.pop("transaction_id")
    assert purchase == {**two, "page_location": f"{demo}/thanks.html"}
    assert order.startswith("ML-")

    everything = " ".join(request.everything() for request in collector.requests).lower()
    assert "camille" not in everything and "39 98 00 01" not in everything


def test_a_refusal_is_kept_and_can_be_changed(page: Page, demo: str, collector: Collector) -> None:
    page.goto(demo)
    page.get_by_role("button", name="Refuser").click()
    log_in(page, "Malik")
    page.goto(demo + "/product.html?id=theiere-aube")
    page.get_by_role("button", name="Ajouter au panier").click()
    page.wait_for_function("relance.loaded")
    expect(page.get_by_role("button", name="Accepter")).to_be_hidden()
    assert collector.tracking() == []

    page.get_by_role("button", name="Mes choix de suivi").click()
    page.get_by_role("button", name="Accepter").click()
    message = collector.wait_for_event("identify")
    assert message["ids"] == {
        "email_sha256": sha256("malik.benali@example.org"),
        "phone_sha256": sha256("+33639980002"),
    }
    assert "add_to_cart" not in collector.event_names(), "what was refused stays unsaid"


def test_a_browser_that_refuses_everywhere_is_not_asked(
    page: Page, context: BrowserContext, demo: str, collector: Collector
) -> None:
    context.add_init_script(GPC)
    page.goto(demo)
    page.wait_for_function("relance.loaded")
    expect(page.get_by_role("button", name="Accepter")).to_be_hidden()
    assert collector.tracking() == []


@pytest.mark.parametrize("name", ["index", "product", "cart", "checkout", "thanks", "account"])
def test_pages_fit_and_load_nothing_from_elsewhere(page: Page, demo: str, collector: Collector, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{demo}/{name}.html?id=suspension-halo")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith((demo, collector.url))] == []
