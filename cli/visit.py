"""Visits to the demo's shop, sent as the snippet (web/static/t.js) sends them, and what came of them."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.errors import RelanceError
from chalicelib.ids import random_token
from chalicelib.vault import identifier_digest

# A function that is called for the first time takes its time to start.
_ANSWER_S = 30
_POLL_S = 1
_MOVING = frozenset({"scheduled", "deferred", "queued", "sending"})


class DemoFailed(RelanceError):
    """The demo cannot show what it is there to show; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of a request."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Product:
    """An article of the shop, with the GA4 fields that its page reports."""

    id: str
    name: str
    category: str
    price: int

    def page(self, shop: str) -> str:
        """The article's page."""
        return f"{shop}/product.html?id={self.id}"


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor who left an article in the cart."""

    first_name: str
    visitor: str
    since: int
    """The stage's time before the visit."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a visit."""

    sentence: str
    message: str | None = None
    sent: bool = False
    reason: str | None = None


def ask(method: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """One request. A redirect is an answer like any other."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_ANSWER_S)
    try:
        connection.request(
            method, parts._replace(scheme="", netloc="").geturl(), body and body.encode(), dict(headers or {})
        )
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    except (OSError, http.client.HTTPException) as error:
        raise DemoFailed(f"{method} {url} had no answer: {error!r}") from error
    finally:
        connection.close()


def play(origin: str, site: str, shop: str, product: Product, first_name: str, email: str, now: int) -> Visit:
    """A fresh browser: its owner agrees to be followed, logs in, looks at an article and puts it in the cart."""
    visit = Visit(first_name, random_token(), now)
    page = {"page_location": product.page(shop)}
    item = {"item_id": product.id, "item_name": product.name, "item_category": product.category}
    basket = {"currency": "EUR", "value": product.price, "items": [item | {"price": product.price, "quantity": 1}]}
    moments: Sequence[tuple[str, dict[str, Any]]] = (
        ("page_view", page),
        ("identify", {}),
        ("view_item", basket | page),
        ("add_to_cart", basket | page),
    )
    message = {
        "site": site,
        "visitor": visit.visitor,
        "ids": {"email_sha256": identifier_digest(email.strip().lower())},
        "consent": "grant",
        "events": [{"id": random_token(), "event": event, "time": now, "params": params} for event, params in moments],
    }
    answer = ask("POST", f"{origin}/e", json.dumps(message), {"Content-Type": "text/plain", "Origin": shop})
    if answer.status != http.HTTPStatus.ACCEPTED or answer.json()["accepted"] != len(moments):
        raise DemoFailed(f"{first_name}'s visit was not accepted: {answer.status} {answer.body.decode()}")
    return visit


def outcomes(
    look: Callable[[Visit], dict[str, Any]], visits: Sequence[Visit], patience_s: int, tell: Callable[[int], None]
) -> list[Outcome]:
    """What came of each visit, as soon as it is known of all; `tell` hears of each second.

    `look` gives what the admin API says of a visitor. Raises DemoFailed where patience runs out.
    """
    started = time.monotonic()
    while True:
        found = [look(visit) for visit in visits]
        known = [_outcome(visit, seen) for visit, seen in zip(visits, found, strict=True)]
        done = [outcome for outcome in known if outcome]
        if len(done) == len(visits):
            return done
        waited = int(time.monotonic() - started)
        if waited >= patience_s:
            missing = [
                f"{visit.first_name}: {_so_far(seen)}"
                for visit, seen, outcome in zip(visits, found, known, strict=True)
                if outcome is None
            ]
            raise DemoFailed(f"after {waited} s these visits have led to nothing yet:\n" + "\n".join(missing))
        tell(waited)
        time.sleep(_POLL_S)


def check_landing(link: str, page: str) -> None:
    """Follow an SMS's link as a browser would. Raises DemoFailed where it does not land on the article's page."""
    clicked = ask("GET", link)
    target = clicked.headers.get("Location", "")
    parameters = parse_qs(urlsplit(target).query)
    if clicked.status != http.HTTPStatus.FOUND or not target.startswith(page):
        raise DemoFailed(f"the SMS came, but its link answers {clicked.status} and leads to {target or 'nowhere'}")
    if "rl_click" not in parameters or not any(name.startswith("utm_") for name in parameters):
        raise DemoFailed(f"the SMS came, but its link lands without the campaign or the click: {target}")
    landed = ask("GET", target)
    if landed.status != http.HTTPStatus.OK:
        raise DemoFailed(f"the SMS came, but the page that its link leads to answers {landed.status}: {target}")


def _outcome(visit: Visit, found: Mapping[str, Any]) -> Outcome | None:
    message = found["message"]
    if message:
        # The contact's last message may still be the one of an earlier visit.
        latest = message["history"][-1]["at"]
        if message["state"] in _MOVING or latest < visit.since:
            return None
        sent = message["state"] in ("sent", "delivered")
        return Outcome(message["sentence"], message["message"], sent, message["reason"])
    journey = found["journey"]
    if journey and journey["state"] != "active" and max(journey["entered_at"], journey["left_at"]) >= visit.since:
        return Outcome(journey["sentence"])
    # A cart shows that the whole visit has been followed, and still it belongs to nobody.
    return Outcome(found["sentence"]) if found["cart"] and not found["match"] else None


def _so_far(found: Mapping[str, Any]) -> str:
    if not found["events"]:
        return "its events are not in the visitor's trail."
    if found["message"]:
        return f"its message {found['message']['message']} is {found['message']['state']}."
    if found["journey"]:
        return f"it was matched. {found['journey']['sentence']}"
    if found["match"]:
        return "it was matched, and no journey was begun."
    return "its events are stored, and have not been followed."
