"""Somebody's browser at the console, without a script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from tests.support.shop import Shop
from tests.web.conftest import Answer, Api
from tests.web.filled_forms import Pairs


@dataclass
class Browser:
    """It keeps the cookie and brings back what a form holds. A path without a slash before it is below /console/."""

    api: Api
    cookie: str = ""
    language: str = "fr"

    def get(self, path: str) -> Answer:
        return self.api.ask("GET", _whole(path), told=self._told())

    def piece(self, path: str, of: str) -> Answer:
        """A piece of a page that is shown, as htmx asks for it."""
        asked = {"HX-Request": "true", "HX-Current-URL": f"https://t.relance.example{_whole(of)}"}
        return self.api.ask("GET", _whole(path), told=self._told() | asked)

    def post(self, path: str, **fields: str) -> Answer:
        answer = self.api.ask("POST", _whole(path), fields, form=True, told=self._told())
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer

    def submit(self, path: str, pairs: Pairs) -> Answer:
        """Post a form's fields, of which several may have one name."""
        return self.api.ask("POST", _whole(path), pairs, form=True, told=self._told())

    def form(self, page: Answer) -> dict[str, str]:
        """The hidden fields of a page's forms."""
        tags = re.findall(r'<input type="hidden"[^>]*>', page.text)
        values = {re.findall(r'name="([\w.-]+)"', tag)[0]: re.findall(r'value="([^"]*)"', tag)[0] for tag in tags}
        return {name: unescape(value) for name, value in values.items()}

    def _told(self) -> dict[str, str]:
        return {"Accept-Language": self.language} | ({"Cookie": self.cookie} if self.cookie else {})


def signed_in(api: Api, shop: Shop, key: str = "rk_own", **more: str) -> Browser:
    shop.world.services.admin_keys.grant(key, more.pop("scope", shop.advertiser.id))
    browser = Browser(api)
    assert browser.post("/console", key=key, agent="Nadia", **more).status == 303
    return browser


def _whole(path: str) -> str:
    return path if path.startswith("/") else f"/console/{path}"
