"""Opting in on a page: a form is nothing until the code that went to its phone is given (double opt-in)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from chalicelib.audience.intake import Arrival, Intake
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.audience.ties import Ties
from chalicelib.audience.verification import VALID_FOR, OneTimeCodes, Outcome
from chalicelib.audience.wordings import WordingBook
from chalicelib.clock import SECOND, Clock
from chalicelib.errors import NotFound
from chalicelib.ids import random_token
from chalicelib.storage.advertisers import Advertiser, Site
from chalicelib.storage.contacts import FieldValue
from chalicelib.storage.optins import OptIns, Pending
from chalicelib.vault import Vault


@dataclass(frozen=True, slots=True)
class Form:
    """What a person filled in, checked."""

    phone: str
    """E.164."""
    language: str
    matching: bool
    email: str | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    page: str = ""
    """Where the form stood, without its query."""
    visitor: str | None = None
    """The snippet's cookie, where the browser has one."""
    network: str = ""
    agent: str = ""
    source: str = "widget"
    wording: str = ""
    """Id of the texts that the browser says it showed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A code is on its way."""

    request: str
    expires_s: int = VALID_FOR // SECOND


class OptInDesk:
    """Takes forms, sends their codes, and lets people in."""

    def __init__(
        self,
        store: OptIns,
        codes: OneTimeCodes,
        intake: Intake,
        ties: Ties,
        wordings: WordingBook,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._store = store
        self._codes = codes
        self._intake = intake
        self._ties = ties
        self._wordings = wordings
        self._vault = vault
        self._clock = clock

    def ask(self, site: Site, advertiser: Advertiser, form: Form) -> Asked:
        """Send a code for a form. The answer is the same whether or not the number is known.

        Raises TooMany, InvalidInput and StorageUnavailable as the codes do.
        """
        request = f"oi_{random_token()}"
        # The site may be given another wording before the code comes back.
        form = replace(form, wording=self._wordings.shown(site, advertiser, form.language, form.wording).id)
        verification = self._send(site, advertiser, form)
        sealed = self._vault.seal(json.dumps(asdict(form), ensure_ascii=False), f"optin/{request}")
        self._store.save(Pending(request, site.id, sealed, verification, self._clock.now()))
        return Asked(request)

    def resend(self, site: Site, advertiser: Advertiser, request: str) -> Asked:
        """Send another code for the same form; the one before is worth nothing any more."""
        pending = self._pending(site, request)
        if not pending.confirmed:
            self._store.resent(request, self._send(site, advertiser, self._form(pending)))
        return Asked(request)

    def confirm(self, site: Site, advertiser: Advertiser, request: str, code: str) -> Outcome:
        """Let a person in whose code is right. Given twice, it is right twice and changes nothing."""
        pending = self._pending(site, request)
        if pending.confirmed:
            return "right"
        outcome = self._codes.check(pending.verification, "".join(code.split()), asker=site.id)
        if outcome == "right":
            form = self._form(pending)
            self._let_in(site, advertiser, pending, form)
            self._store.confirm(request)
        return outcome

    def _let_in(self, site: Site, advertiser: Advertiser, pending: Pending, form: Form) -> None:
        now = self._clock.now()
        shown = self._wordings.shown(site, advertiser, form.language, form.wording)
        evidence = {
            "code": pending.verification,
            "asked_at": str(pending.at),
            "page": form.page,
            "ip": form.network,
            "agent": form.agent,
        }
        statement = Statement(
            given={"sms_marketing": True, "matching": form.matching},
            at=now,
            source=form.source,
            wording=shown.id,
            wording_hash=shown.hash,
            proof=hashlib.sha256("\n".join([site.id, form.page, *shown.texts.values()]).encode()).hexdigest(),
            evidence={name: value for name, value in evidence.items() if value},
        )
        arrival = Arrival(Profile(form.phone, form.email), statement, form.fields)
        self._intake.take(advertiser.id, arrival, verified=True)
        if form.visitor and form.matching:
            self._ties.by_opt_in(site, form.visitor, self._vault.person(form.phone), now)

    def _send(self, site: Site, advertiser: Advertiser, form: Form) -> str:
        return self._codes.start(
            form.phone,
            "optin",
            asker=site.id,
            network=form.network,
            language=form.language,
            brand=advertiser.brand,
            sender=advertiser.sender,
        ).id

    def _pending(self, site: Site, request: str) -> Pending:
        pending = self._store.get(request)
        if pending is None or pending.site != site.id:
            raise NotFound("request")
        return pending

    def _form(self, pending: Pending) -> Form:
        data: dict[str, Any] = json.loads(self._vault.open(pending.sealed, f"optin/{pending.request}"))
        return Form(**data)
