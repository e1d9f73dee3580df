"""What shops paste, run as their platform would run it: Tag Manager's tags and Shopify's theme."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from liquid import Environment
from playwright.sync_api import Page

from chalicelib.tracking.events import IncomingEvent

from .embedding import embed
from .servers import Collector, Shop

EXAMPLES = Path(__file__).parents[2] / "chalicelib" / "web" / "shop_code"
GRANT = "relance('consent', 'grant')"
LAMP = {"item_id": "lamp 1", "item_name": "Lampe", "item_category": "Luminaires", "price": "1 49,90", "quantity": "2"}
KEPT = {"item_id": "lamp-1", "item_name": "Lampe", "item_category": "Luminaires", "price": 149.9, "quantity": 2}


def tag(event: str, ecommerce: Any) -> str:
    """The e-commerce tag as Tag Manager serves it: its variables are JavaScript by then."""
    html = (EXAMPLES / "gtm-ecommerce.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*)</script>", html, re.DOTALL)
    filled = script.replace("{{Event}}", json.dumps(event))
    return str(filled.replace("{{Relance - ecommerce}}", json.dumps(ecommerce)))


def taken(told: dict[str, Any]) -> IncomingEvent:
    """The event as the service takes it."""
    return IncomingEvent.model_validate(told)


def the_event(collector: Collector, name: str) -> dict[str, Any]:
    message = collector.wait_for_event(name)
    (told,) = (event for event in message["events"] if event["event"] == name)
    taken(told)
    del told["params"]["page_location"]
    return dict(told)


def test_tag_managers_tag_tells_what_the_data_layer_holds(page: Page, shop: Shop, collector: Collector) -> None:
    ecommerce = {"transaction_id": 1001, "value": "299.80", "currency": "EUR", "items": [LAMP, {"item_name": "?"}]}
    shop.html = embed(collector.url, GRANT, tag("purchase", ecommerce))
    page.goto(shop.url)
    told = the_event(collector, "purchase")
    assert told["params"] == {"items": [KEPT], "value": 299.8, "currency": "EUR", "transaction_id": "1001"}
    assert taken(told).params.items[0].price == 149_900_000


@pytest.mark.parametrize(
    "ecommerce",
    [
        {},
        {"items": "none"},
        {"items": [None]},
        {"items": [{"item_id": {}, "price": "free"}], "value": -1, "currency": 5},
    ],
)
def test_whatever_the_data_layer_holds_the_page_stays_whole(
    page: Page, shop: Shop, collector: Collector, ecommerce: Any
) -> None:
    shop.html = embed(collector.url, GRANT, tag("view_item", ecommerce))
    page.goto(shop.url)
    the_event(collector, "view_item")
    assert page.inner_text("p") == "Bonjour"


@pytest.mark.parametrize("ecommerce", [None, "text", 5])
def test_a_data_layer_without_e_commerce_tells_nothing(
    page: Page, shop: Shop, collector: Collector, ecommerce: Any
) -> None:
    shop.html = embed(collector.url, GRANT, tag("view_item", ecommerce))
    page.goto(shop.url)
    collector.wait_for_event("page_view")
    assert "view_item" not in collector.event_names()


def test_shopifys_theme_tells_of_a_product_and_of_the_cart(page: Page, shop: Shop, collector: Collector) -> None:
    environment = Environment()
    environment.filters["json"] = lambda value: json.dumps(value if isinstance(value, (str, int, float)) else None)
    code = environment.from_string((EXAMPLES / "shopify-theme.liquid").read_text(encoding="utf-8")).render(
        localization={"country": {"iso_code": "FR"}},
        customer={"id": 207119551},
        product={"id": 632910392, "title": "Vélo Ardèche", "type": "Vélos", "price": 14990},
        cart={"currency": {"iso_code": "EUR"}, "item_count": 0, "attributes": {}},
    )
    code = code.replace("https://your-service.example", collector.url).replace(", consent: 'shopify'", "")
    form = "<form action='/cart/add' onsubmit='return false'><button>Ajouter</button></form>"
    shop.html = f"<!doctype html><title>Vélo</title>{code}<script>{GRANT}</script>{form}"
    page.goto(shop.url)
    bike = {"item_id": "632910392", "item_name": "Vélo Ardèche", "item_category": "Vélos", "price": 149.9}
    assert the_event(collector, "view_item")["params"] == {"items": [bike], "value": 149.9, "currency": "EUR"}
    page.click("button")
    assert the_event(collector, "add_to_cart")["params"]["items"] == [bike]
