"""The opt-in widget on a shop's page: by keyboard, on a phone, under a strict content policy, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from .servers import Shop

SCRIPT = Path(__file__).parents[2] / "chalicelib" / "web" / "static" / "w.js"
SERVICE = "http://127.0.0.1:9"
POLICY = f"default-src 'none'; script-src {SERVICE}; connect-src {SERVICE}"
_TEXTS = {
    "title": "Lumen par SMS",
    "intro": "Votre numéro, un code, et c’est fait.",
    "sms_marketing": "J’accepte de recevoir des SMS de Lumen.",
    "matching": "J’accepte que Lumen relie mes visites à mon numéro.",
    "legal": "Répondez STOP pour arrêter.",
    "notice": "https://shop.example/donnees",
    "wording": "till-1",
}
CONFIG: dict[str, Any] = {
    "site": "site_1",
    "brand": "Lumen",
    "country": "FR",
    "countries": [["FR", "+33"], ["BE", "+32"]],
    "languages": {"fr": _TEXTS, "en": _TEXTS | {"title": "Lumen by SMS"}},
    "wording": "optin-1",
    "incentive": None,
    "fields": [],
}


class Service:
    """What the service was sent, and what it answers."""

    def __init__(self, page: Page) -> None:
        self.sent: list[dict[str, Any]] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.config = CONFIG
        page.route(f"{SERVICE}/w.js", lambda route: route.fulfill(path=SCRIPT, content_type="text/javascript"))
        page.route(f"{SERVICE}/optin/*/config", self._configure)
        page.route(f"{SERVICE}/optin", self._answer)

    def _configure(self, route: Route) -> None:
        route.fulfill(json=self.config, headers={"Access-Control-Allow-Origin": "*"})

    def _answer(self, route: Route) -> None:
        self.sent.append(json.loads(route.request.post_data or ""))
        status, body = self.answers.pop(0)
        route.fulfill(status=status, json=body, headers={"Access-Control-Allow-Origin": "*"})


@pytest.fixture
def service(page: Page) -> Service:
    return Service(page)


def visit(page: Page, shop: Shop, attributes: str = "", policy: str = "") -> None:
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    shop.html = (
        f'<!doctype html><html lang="fr"><head><title>Shop</title>{meta}</head><body><main><h1>Shop</h1>'
        f'<script async src="{SERVICE}/w.js" data-site="site_1" {attributes}></script></main></body></html>'
    )
    page.goto(shop.url)
    expect(page.get_by_role("heading", level=2)).to_be_visible()


def accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []


def test_by_keyboard_alone_under_a_strict_policy(page: Page, shop: Shop, service: Service) -> None:
    service.answers = [(202, {"request": "oi_1"}), (200, {"status": "confirmed", "incentive": "MERCI10"})]
    visit(page, shop, policy=POLICY)
    assert service.sent == []
    page.keyboard.press("Tab")
    expect(page.get_by_label("Pays")).to_be_focused()
    notice = page.get_by_role("link", name="Vos données et vos droits")
    expect(notice).to_have_attribute("href", "https://shop.example/donnees")
    page.keyboard.press("Tab")
    page.keyboard.type("06 39 98 00 01")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    code = page.get_by_role("textbox", name="Code à 6 chiffres")
    expect(code).to_be_focused()
    page.keyboard.insert_text("123 456")  # as it is pasted from some phones
    page.keyboard.press("Enter")
    done = page.get_by_role("status")
    expect(done).to_be_focused()
    expect(page.get_by_text("MERCI10")).to_be_visible()
    first, second = service.sent
    assert service.sent[0]["wording"] == "till-1"
    assert (first["phone"], first["country"], first["sms_marketing"]) == ("06 39 98 00 01", "FR", True)
    assert first["matching"] is False
    assert second == {"site": "site_1", "request": "oi_1", "code": "123456"}


def test_no_box_is_ticked_and_the_second_one_is_optional(page: Page, shop: Shop, service: Service) -> None:
    visit(page, shop)
    boxes = page.get_by_role("checkbox")
    assert [box.is_checked() for box in boxes.all()] == [False, False]
    page.get_by_label("Téléphone mobile").fill("0639980001")
    page.get_by_label("relie mes visites").check()
    page.get_by_role("button", name="Recevoir mon code").click()
    expect(page.get_by_role("alert")).to_have_text("Cochez la case pour recevoir les SMS.")
    expect(boxes.first).to_be_focused()
    assert service.sent == []


def test_a_refusal_is_told_beside_its_field(page: Page, shop: Shop, service: Service) -> None:
    service.answers = [
        (422, {"errors": [{"field": "phone", "rule": "mobile", "message": "not a mobile's"}]}),
        (202, {"request": "oi_1"}),
        (422, {"errors": [{"field": "code", "rule": "wrong", "message": "not the code"}]}),
    ]
    visit(page, shop)
    phone = page.get_by_label("Téléphone mobile")
    phone.fill("0199000001")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Recevoir mon code").click()
    expect(phone).to_be_focused()
    expect(phone).to_have_attribute("aria-invalid", "true")
    accessible(page)
    page.get_by_role("button", name="Recevoir mon code").click()
    page.get_by_role("textbox", name="Code à 6 chiffres").fill("000000")
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("alert")).to_have_text("Ce n’est pas le bon code.")


def test_a_double_click_sends_once(page: Page, shop: Shop, service: Service) -> None:
    service.answers = [(202, {"request": "oi_1"}), (202, {"request": "oi_2"})]
    visit(page, shop)
    page.get_by_label("Téléphone mobile").fill("0639980001")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Recevoir mon code").dblclick()
    expect(page.get_by_role("textbox", name="Code à 6 chiffres")).to_be_visible()
    assert len(service.sent) == 1


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [320, 390])
def test_it_is_accessible_and_fits_a_phone(
    page: Page, shop: Shop, service: Service, language: str, width: int, tmp_path: Path
) -> None:
    service.answers = [(202, {"request": "oi_1"})]
    page.set_viewport_size({"width": width, "height": 800})
    visit(page, shop, f'data-language="{language}"')
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("textbox").first.fill("0639980001")
    page.get_by_role("checkbox").first.check()
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("textbox")).to_be_focused()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_theme_is_the_shops_own_and_nothing_else(page: Page, shop: Shop, service: Service) -> None:
    visit(page, shop, """data-theme='{"accent": "#7c2d12", "radius": "0", "text": "red} * {display:none"}'""")
    button = page.get_by_role("button", name="Recevoir mon code")
    assert button.evaluate("b => getComputedStyle(b).backgroundColor") == "rgb(124, 45, 18)"
    expect(button).to_be_visible()


def test_without_the_service_a_link_to_the_page_stays(page: Page, shop: Shop, service: Service) -> None:
    page.route(f"{SERVICE}/optin/*/config", lambda route: route.abort())
    shop.html = f'<!doctype html><title>Shop</title><script async src="{SERVICE}/w.js" data-site="site_1"></script>'
    page.goto(shop.url)
    expect(page.get_by_role("link")).to_have_attribute("href", f"{SERVICE}/optin/site_1")
