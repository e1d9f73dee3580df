"""What a recipient may see and do on `/u/{code}` after a code to the phone: see, download, erase, come back.

Each step is a form that works without scripts. The code sent, then the session, travel in it as sealed tokens
(audience/access.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.audience.access import Access
from chalicelib.errors import InvalidInput, TooMany
from chalicelib.logs import log
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.contacts import PARTNER, Contact, Purpose
from chalicelib.storage.links import Link
from chalicelib.web import pages
from chalicelib.web.gateway import network
from chalicelib.web.views import JSON
from chalicelib.wiring import services

WORDING = "preferences-1"
"""Version of the two texts below. A changed text is another version."""
_WORDINGS: dict[str, dict[Purpose, str]] = {
    "fr": {
        "sms_marketing": "J’accepte de recevoir par SMS les offres et les rappels de {brand}. Je peux arrêter à tout"
        " moment : en répondant STOP, ou par le lien de chaque SMS.",
        "matching": "J’accepte que {brand} relie mes visites sur son site à mon numéro, pour m’écrire au sujet de ce"
        " que j’y ai regardé. Je peux arrêter à tout moment.",
    },
    "en": {
        "sms_marketing": "I agree to receive offers and reminders from {brand} by SMS. I can stop at any time: by"
        " answering STOP, or by the link in each SMS.",
        "matching": "I agree that {brand} ties my visits to its site to my number, to write to me about what I looked"
        " at there. I can stop at any time.",
    },
}


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is asking, as far as the request tells."""

    language: str
    """The header, as the browser sent it."""
    agent: str
    ip: str

    def evidence(self, link: Link) -> dict[str, str]:
        """What is kept of this moment with a statement."""
        kept = {"page": f"/u/{link.code}", "message": link.message, "ip": network(self.ip), "agent": self.agent}
        return {name: value for name, value in kept.items() if value}


def contacts_of(link: Link) -> list[Contact]:
    """The contacts of a link's person that its advertiser can reach: in its own base, and in the partner base."""
    if not link.person:
        return []
    bases = dict.fromkeys((link.advertiser, PARTNER, link.base))
    found = (services().contacts.get(base, link.person) for base in bases)
    return [contact for contact in found if contact]


def answer(link: Link, given: Mapping[str, str], visit: Visit) -> Response:
    """Answer one form of the page."""
    advertiser, contacts = services().advertisers.get(link.advertiser), contacts_of(link)
    if advertiser is None or not contacts:
        return _page("recipient_gone.html", visit, brand=advertiser.brand if advertiser else "")
    step = _Step(link, advertiser, contacts, given, visit)
    action = given["action"]
    if action == "code":
        return step.send_code()
    if action == "check":
        return step.check_code()
    actions: dict[str, Callable[[], Response]] = {
        "see": step.see,
        "download": step.download,
        "erase": step.ask_to_erase,
        "erase_now": step.erase,
        "start": step.start,
    }
    if action not in actions:
        return step.ask_for_code("unknown")
    if not step.is_open():
        return step.ask_for_code("session_over")
    log("person_access", who="recipient", action=action, reason="own_data", person=link.person)
    return actions[action]()


@dataclass(frozen=True, slots=True)
class _Step:
    link: Link
    advertiser: Advertiser
    contacts: list[Contact]
    given: Mapping[str, str]
    visit: Visit

    def is_open(self) -> bool:
        return self._access.is_open(self.link, self.given.get("session", ""))

    def send_code(self) -> Response:
        from chalicelib.audience.profile import open_profile

        try:
            verification = services().verifications.start(
                open_profile(services().vault, self.contacts[0]).phone,
                "access",
                asker=self.link.code,
                network=network(self.visit.ip),
                language=pages.language_of(self.visit.language),
                brand=self.advertiser.brand,
                sender=self.advertiser.sender,
            )
        except TooMany:
            return self.ask_for_code("too_many", status=429)
        except InvalidInput:
            return self.ask_for_code("unreachable", status=422)
        return self._code_form(self._access.asked(self.link, verification.id), problem=None)

    def check_code(self) -> Response:
        asked = self.given.get("asked", "")
        verification = self._access.verification(self.link, asked)
        if verification is None:
            return self.ask_for_code("expired")
        code = "".join(self.given.get("code", "").split())
        outcome = services().verifications.check(verification, code, asker=self.link.code)
        if outcome == "right":
            log("person_access", who="recipient", action="see", reason="own_data", person=self.link.person)
            return self._data(self._access.begin(self.link))
        if outcome == "wrong":
            return self._code_form(asked, problem="wrong", status=422)
        return self.ask_for_code(outcome)

    def ask_for_code(self, problem: str, status: int = 200) -> Response:
        return self._page("recipient_code.html", asked=None, problem=problem, status=status)

    def see(self) -> Response:
        return self._data(self.given["session"])

    def download(self) -> Response:
        data = {"exported_at": services().clock.now(), "bases": self._exports()}
        return Response(
            json.dumps(data, ensure_ascii=False, indent=1),
            headers={
                "Content-Type": JSON,
                "Cache-Control": "no-store",
                "Content-Disposition": 'attachment; filename="my-data.json"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    def ask_to_erase(self) -> Response:
        return self._page("recipient_erase.html", session=self.given["session"], done=False)

    def erase(self) -> Response:
        for contact in self.contacts:
            services().erasure.erase(contact.base, contact.person)
        return self._page("recipient_erase.html", session=None, done=True)

    def start(self) -> Response:
        """Come back to this advertiser, for the purposes that were ticked: into its own base, with its own proof."""
        from chalicelib.audience.intake import Arrival
        from chalicelib.audience.profile import Profile, open_profile
        from chalicelib.audience.statements import Statement

        texts = self._texts()
        given: dict[Purpose, bool] = {purpose: True for purpose in texts if self.given.get(purpose) == "yes"}
        if not given:
            return self._data(self.given["session"], notice="nothing_ticked")
        language = pages.language_of(self.visit.language)
        statement = Statement(
            given,
            services().clock.now(),
            "preferences",
            wording=f"{WORDING}-{language}",
            wording_hash=hashlib.sha256("\n".join(texts[purpose] for purpose in given).encode()).hexdigest(),
            evidence=self.visit.evidence(self.link),
        )
        # The phone only: what the partner base knows besides is not this advertiser's.
        profile = Profile(open_profile(services().vault, self.contacts[0]).phone)
        services().intake.take(self.advertiser.id, Arrival(profile, statement), verified=True)
        if "sms_marketing" in given:
            services().ledgers.widen(self.link.person, self.advertiser.id)
        return self._data(self.given["session"], notice="started")

    @property
    def _access(self) -> Access:
        return Access(services().vault, services().clock)

    def _texts(self) -> dict[Purpose, str]:
        texts = _WORDINGS[pages.language_of(self.visit.language)]
        return {purpose: text.format(brand=self.advertiser.brand) for purpose, text in texts.items()}

    def _exports(self) -> list[dict[str, Any]]:
        exports = (services().erasure.export(c.base, c.person) for c in contacts_of(self.link))
        return [export for export in exports if export]

    def _data(self, session: str, notice: str | None = None) -> Response:
        return self._page(
            "recipient_data.html", people=self._exports(), session=session, texts=self._texts(), notice=notice
        )

    def _code_form(self, asked: str, problem: str | None, status: int = 200) -> Response:
        return self._page("recipient_code.html", asked=asked, problem=problem, status=status)

    def _page(self, template: str, status: int = 200, **values: object) -> Response:
        return _page(template, self.visit, status, brand=self.advertiser.brand, **values)


def _page(template: str, visit: Visit, status: int = 200, **values: object) -> Response:
    page = pages.render(template, visit.language, **values)
    return Response(page, status_code=status, headers={**pages.HEADERS})
