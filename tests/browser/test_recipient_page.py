"""The recipient's page at the width of a small phone: nothing runs over, everything has a name, keys suffice."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from chalicelib.web import pages

HASH = "0123456789abcdef" * 4
PERSON: dict[str, Any] = {
    "base": "adv_1",
    "profile": {"phone": "+33639980001", "email": f"{'camille.' * 9}durand@example.com", "first_name": "Camille"},
    "fields": {"favourite_shop": "Lyon", "newsletter": True},
    "last_act_at": 1_772_445_600_000,
    "statements": [
        {
            "sequence": 1,
            "recorded_at": 1_772_445_600_000,
            "hash": HASH,
            "given": {"sms_marketing": True, "matching": False},
            "at": 1_772_445_600_000,
            "source": "checkout",
            "wording": "v1",
            "wording_hash": HASH,
            "wording_texts": {"sms_marketing": "J’accepte."},
            "proof": HASH,
            "advertisers": (),
            "brokers": ("A", "B"),
            "evidence": {"ip": "192.0.2.0/24", "agent": "Mozilla/5.0"},
        },
        {"sequence": 2, "recorded_at": 1_772_445_600_000, "hash": HASH},
    ],
    "oppositions": {"*": {"at": 1_772_445_600_000, "how": "stop"}},
    "wish": {"at": 1_772_445_600_000, "every_ms": 604_800_000, "without": ["offers"]},
    "messages": [
        {
            "created_at": 1_772_445_600_000,
            "journey": "cart",
            "state": "sent",
            "text": f"Lumen: https://r.example/{'x' * 90}",
        }
    ],
    "browsers": [
        {
            "site": "site_1",
            "visitor": "v" * 22,
            "events": [{"name": "add_to_cart", "time": 1_772_445_600_000, "params": {"items": [{"item_id": "lamp"}]}}],
        }
    ],
}
TEXTS = {"sms_marketing": "SMS?", "matching": "Matching?"}
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "ask": ("recipient.html", {"done": None}),
    "stopped": ("recipient.html", {"done": "stop"}),
    "all stopped": ("recipient.html", {"done": "stop_all"}),
    "unmatched": ("recipient.html", {"done": "unmatch"}),
    "code": ("recipient_code.html", {"asked": "x", "problem": None}),
    "wrong code": ("recipient_code.html", {"asked": "x", "problem": "wrong"}),
    "too many": ("recipient_code.html", {"asked": None, "problem": "too_many"}),
    "data": ("recipient_data.html", {"people": [PERSON], "session": "x", "texts": TEXTS, "notice": "started"}),
    "erase": ("recipient_erase.html", {"session": "x", "done": False}),
    "erased": ("recipient_erase.html", {"session": None, "done": True}),
    "gone": ("recipient_gone.html", {}),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_small_phone_and_names_what_is_on_it(page: Page, name: str, language: str) -> None:
    template, values = PAGES[name]
    page.set_viewport_size({"width": 320, "height": 640})
    page.set_content(pages.render(template, language, brand="Lumen", **values))
    for details in page.locator("details").all():
        details.locator("summary").press("Enter")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator("h1").count() == 1
    for control in page.locator("button, input:not([type=hidden])").all():
        assert control.evaluate("e => e.matches('button') ? e.textContent.trim() : e.labels[0]?.textContent.trim()")
        box = control.bounding_box()
        assert box and (box["height"] >= 44 or control.get_attribute("type") in ("checkbox", "radio"))
    assert not page.locator("input[type=checkbox]:checked").count()
    assert not page.locator("script").count()


def test_the_whole_way_is_by_keyboard(page: Page) -> None:
    page.set_content(pages.render("recipient.html", "en", brand="Lumen", done=None))
    names = []
    for _ in range(2):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim()"))
    page.keyboard.press("Enter")
    for _ in range(9):
        page.keyboard.press("Tab")
        names.append(page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"))
    assert names == [
        "Stop SMS from Lumen",
        "Other choices, my data",
        "Stop SMS from all shops",
        "one a month at most",
        "Get fewer SMS",
        "reminders of what I looked at or put in the cart",
        "offers and news",
        "requests for reviews",
        "Save these choices",
        "Stop tying my visits to my number",
        "Get a code by SMS",
    ]
