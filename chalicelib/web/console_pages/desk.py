"""What a page of the console is given: who has signed in, what the browser sent, the API, and ways to answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from chalice.app import Chalice, Response
from markupsafe import Markup

from chalicelib.storage.admin_keys import Role
from chalicelib.storage.advertisers import Advertiser
from chalicelib.web import pages
from chalicelib.web.admin_requests import SignedIn
from chalicelib.web.console_pages.api import JSON, Answer, Refused, ask
from chalicelib.web.console_pages.sections import menu_of
from chalicelib.web.console_pages.tour import here
from chalicelib.web.permissions import may
from chalicelib.web.sessions import Session, elsewhere

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = pages.HEADERS | {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
_NOT_KEPT: Mapping[str, str] = {"Content-Type": "text/plain", "Cache-Control": "no-store"}
_TOLD = re.compile(r"[a-z_]{1,40}")
Notices = Mapping[str, tuple[str, str]]
"""What a page says once, after something was done: French and English, by a word in its address."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One request for a page."""

    app: Chalice
    session: Session
    advertiser: Advertiser
    role: Role
    language: Literal["fr", "en"]
    place: str
    """The page's address below /console/, without a query: `caps`, `journeys/cart`."""
    parameters: Mapping[str, str]
    """The query."""
    is_form: bool = False
    """Whether a form was posted. Its token has been checked before a page sees it."""
    posted: Mapping[str, list[str]] = field(default_factory=dict)
    """A form's fields, each with all its values."""
    is_part: bool = False
    """Whether htmx asks, for a piece of the page."""
    page_place: str | None = None
    """Of such a piece: the address below /console/ of the page that it becomes a part of."""

    @property
    def fields(self) -> dict[str, str]:
        """A form's fields; of one that is there several times, the first."""
        return {name: values[0] for name, values in self.posted.items()}

    @property
    def root(self) -> str:
        """The way from the page that is shown to /console/, relative: a stage may stand before it."""
        place = self.place if self.page_place is None else self.page_place
        return "../" * place.count("/") if place else "console/"

    @property
    def once(self) -> dict[str, str]:
        """Headers by which a form that is sent twice makes one thing: what its page put into its field `once`."""
        return _header("Idempotency-Key", self.fields.get("once", ""))

    @property
    def if_unchanged(self) -> dict[str, str]:
        """Headers by which only what the form's page showed is changed, by its field `tag`."""
        return _header("If-Match", self.fields.get("tag", ""))

    def say(self, french: str, english: str) -> str:
        """The one of the reader's language."""
        return english if self.language == "en" else french

    def may(self, method: str, about: str) -> bool:
        """Whether the reader's role goes so far: `about` is a path below the advertiser's, such as `keys`."""
        return may(self.role, method, f"/v1/advertisers/{{advertiser}}/{about}")

    def api(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        kind: str = JSON,
    ) -> Answer:
        """Ask the API. A path without a slash before it is below the advertiser's: `templates/cart`, or empty."""
        own = f"/v1/advertisers/{self.advertiser.id}"
        whole = path if path.startswith("/") else f"{own}/{path}".rstrip("/")
        asking = SignedIn(self.session.key, self.session.agent)
        return ask(self.app, asking, method, whole, body, query=query, headers=headers, kind=kind)

    def read(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """What the API shows at an address, for a page that is nothing without it. Raises Refused."""
        told = self.api("GET", path, query=query)
        if not told.ok:
            raise Refused(told)
        return told.body

    def page(self, template: str, status: int = 200, *, notices: Notices | None = None, **values: Any) -> Response:
        """A page in the console's frame: templates/console/<template>.html."""
        told = (notices or {}).get(self.parameters.get("told", ""))
        frame = {
            "menu": menu_of(self.role),
            "section": self.place.partition("/")[0],
            "told": self.say(*told) if told else "",
            "may_stop": self.may("PUT", "halt"),
            "halted": self._stands_still(),
            "tour": here(self.role, self.parameters.get("tour", "")),
        }
        return self._rendered(template, status, frame | values)

    def part(self, template: str, status: int = 200, **values: Any) -> Response:
        """A piece of a page, for htmx."""
        return self._rendered(template, status, values)

    def anew(self, place: str) -> Response:
        """Have htmx load a page instead of a piece, by its address below /console/."""
        return Response("", headers={**_NOT_KEPT, "HX-Redirect": f"{self.root}{place}"})

    def unchanged(self) -> Response:
        """For htmx: what is shown stays."""
        return Response("", status_code=204, headers={**_NOT_KEPT})

    def go(self, place: str, told: str = "") -> Response:
        """On with a page by its address below /console/; it says what was done, by a word of its notices."""
        if told and not _TOLD.fullmatch(told):
            raise ValueError(f"{told} is no word of a notice")
        path, hash_, anchor = place.partition("#")
        query = f"{'&' if '?' in path else '?'}told={quote(told)}" if told else ""
        return elsewhere(f"{self.root}{path or '../console'}{query}{hash_}{anchor}")

    @property
    def token_field(self) -> Markup:
        """What each form brings back: `{{ token_field }}`."""
        return Markup('<input type="hidden" name="token" value="{}">').format(self.session.token)

    def _stands_still(self) -> bool:
        """Whether marketing is stopped: every page says so."""
        told = self.api("GET", "halt")
        return told.ok and bool(told.body["halted"])

    def _rendered(self, template: str, status: int, values: dict[str, Any]) -> Response:
        known = {
            "desk": self,
            "root": self.root,
            "advertiser": self.advertiser,
            "zone": self.advertiser.zone,
            "token_field": self.token_field,
        }
        text = pages.in_language(f"console/{template}.html", self.language, **known | values)
        return Response(text, status_code=status, headers={**HEADERS})


def _header(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}
