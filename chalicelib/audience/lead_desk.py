"""Takes leads: whose they are, whether they are genuine, and what becomes of each. A repeat changes nothing."""

from __future__ import annotations

import hmac

from chalicelib.audience import facebook_leads, leads
from chalicelib.audience.facebook_leads import LeadReader
from chalicelib.audience.intake import Intake
from chalicelib.audience.leads import Lead
from chalicelib.audience.wordings import WordingBook
from chalicelib.clock import Clock
from chalicelib.errors import Forbidden, InvalidInput, NotFound, StorageUnavailable, TooLarge
from chalicelib.logs import log
from chalicelib.signed_body import check_signature
from chalicelib.storage.counters import Counters
from chalicelib.storage.lead_sources import Kind, LeadSource, LeadSources
from chalicelib.vault import Vault

LARGEST_BODY = 64 * 1024


class LeadDesk:
    """What lead tools talk to."""

    def __init__(
        self,
        sources: LeadSources,
        intake: Intake,
        counters: Counters,
        reader: LeadReader,
        wordings: WordingBook,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._sources = sources
        self._intake = intake
        self._counters = counters
        self._reader = reader
        self._wordings = wordings
        self._vault = vault
        self._clock = clock

    def webhook(self, source_id: str, body: bytes, signature: str) -> None:
        """Take the lead of a signed payload. An opposition to the advertiser is not told to the caller.

        Raises NotFound, TooLarge, Forbidden, InvalidInput, or StorageUnavailable, where sending it again is right.
        """
        source = self._source(source_id, "webhook", body)
        now = self._clock.now()
        leads.check_signed(self._vault, source, now, lambda secret: check_signature(secret, body, signature, now))
        self._take(source, leads.read_webhook(source, body))

    def confirm_facebook(self, source_id: str, mode: str, token: str) -> None:
        """Raises Forbidden where Meta's check of the address does not show the source's token, or NotFound."""
        source = self._source(source_id, "facebook")
        expected = self._secret(source, source.verify_token)
        if mode != "subscribe" or not hmac.compare_digest(expected.encode(), token.encode("utf-8", "replace")):
            raise Forbidden("the verify token is not this source's")

    def facebook(self, source_id: str, body: bytes, signature: str) -> None:
        """Take the leads that a notification tells of. One that is refused keeps no other out.

        Raises as `webhook` does; StorageUnavailable where a lead could not be read, so that Meta tells of it again.
        """
        source = self._source(source_id, "facebook", body)
        facebook_leads.check_app_signature(self._secret(source, source.secret), body, signature)
        unread = 0
        for leadgen_id in facebook_leads.leadgen_ids(body):
            try:
                told = self._reader.read(leadgen_id, self._secret(source, source.access_token))
            except StorageUnavailable as error:
                log("lead_unread", lead_source=source.id, lead=leadgen_id, detail=str(error))
                unread += 1
                continue
            lead = facebook_leads.read_facebook(source, told)
            if lead is None:
                self._count(source, leadgen_id, "test")
                continue
            try:
                self._take(source, lead)
            except InvalidInput:
                continue  # Counted and logged; sent again it would be no better.
        if unread:
            raise StorageUnavailable(f"{unread} leads could not be read")

    def _take(self, source: LeadSource, lead: Lead) -> None:
        try:
            arrival = leads.arrival(
                source, lead, self._clock.now(), lambda named: self._wordings.hash_of(source.advertiser, named)
            )
        except InvalidInput as error:
            log("lead_refused", lead_source=source.id, detail=str(error))
            self._count(source, lead.proof, "refused")
            raise
        outcome = self._intake.take(source.advertiser, arrival)
        log("lead_taken", lead_source=source.id, outcome=outcome)
        self._count(source, lead.proof, outcome)

    def _source(self, source_id: str, kind: Kind, body: bytes = b"") -> LeadSource:
        if len(body) > LARGEST_BODY:
            raise TooLarge(f"at most {LARGEST_BODY} bytes")
        source = self._sources.get(source_id)
        if source is None or source.kind != kind:
            raise NotFound("lead source")
        return source

    def _secret(self, source: LeadSource, sealed: bytes) -> str:
        return leads.open_secret(self._vault, source.id, sealed)

    def _count(self, source: LeadSource, thing: str, what: str) -> None:
        self._counters.add(source.advertiser, thing, self._clock.now(), f"lead.{what}")
