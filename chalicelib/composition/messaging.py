"""Messages that are asked for: by a back end, as a test, by a broadcast.

What a service needs is imported when it is built: a redirect must not pay for the composer at its cold start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.audience import AudienceServices

if TYPE_CHECKING:
    from chalicelib.messaging.broadcast_desk import BroadcastDesk
    from chalicelib.messaging.broadcast_run import BroadcastRun
    from chalicelib.messaging.desk import MessageDesk
    from chalicelib.messaging.foresight import Foresight
    from chalicelib.messaging.rehearser import Rehearser
    from chalicelib.messaging.simulator import Simulator
    from chalicelib.messaging.trials import Trials
    from chalicelib.storage.advertisers import Advertiser


class MessagingServices(AudienceServices):
    """Messages that are asked for: by a back end, as a test, by a broadcast."""

    @cached_property
    def trials(self) -> Trials:
        from chalicelib.messaging.trials import Trials
        from chalicelib.storage.trial_phones import TrialPhones
        from chalicelib.storage.verifications import Verifications

        phones, limits = TrialPhones(self.table), Verifications(self.table)
        return Trials(phones, self.verifications, limits, self.provider, self.vault, self.clock)

    @cached_property
    def broadcast_desk(self) -> BroadcastDesk:
        from chalicelib.links.targets import rules_for
        from chalicelib.messaging.broadcast_desk import BroadcastDesk

        return BroadcastDesk(
            broadcasts=self.broadcasts,
            segments=self.segment_desk,
            templates=self.templates,
            rehearser=self.rehearser,
            halts=self.halts,
            targets=rules_for(self.settings.origin),
            clock=self.clock,
        )

    @cached_property
    def rehearser(self) -> Rehearser:
        from chalicelib.messaging.rehearser import Rehearser

        return Rehearser(
            broadcasts=self.broadcasts,
            members=self.members,
            foresight=self._foresight,
            price=self._price,
            vault=self.vault,
            clock=self.clock,
        )

    def _foresight(self, advertiser: Advertiser) -> Foresight:
        from chalicelib.messaging.foresight import Foresight
        from chalicelib.promotions.foreseen import ForeseenCodes
        from chalicelib.storage.promo_codes import PromoCodes
        from chalicelib.storage.templates import TemplatesOnce

        codes = ForeseenCodes(self.promo_pools, PromoCodes(self.table), self.clock)
        return Foresight(
            advertiser=advertiser,
            site=self.advertisers.site,
            contacts=self.contacts,
            ledgers=self.ledgers,
            operator_caps=self.operator_caps,
            countries=self.countries,
            writer=self._writer(TemplatesOnce(self.table), codes),
            codes=codes,
            price=self._price,
            vault=self.vault,
        )

    @cached_property
    def simulator(self) -> Simulator:
        from chalicelib.messaging.simulator import Simulator

        return Simulator(
            lists=self.lists,
            messages=self.messages,
            contacts=self.contacts,
            ledgers=self.ledgers,
            operator_caps=self.operator_caps,
            countries=self.countries,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def broadcast_run(self) -> BroadcastRun:
        from chalicelib.messaging.broadcast_run import BroadcastRun

        return BroadcastRun(
            broadcasts=self.broadcasts,
            members=self.members,
            messages=self.messages,
            halts=self.halts,
            templates=self.templates,
            opt_outs=self.opt_out_pull,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def message_desk(self) -> MessageDesk:
        from chalicelib.messaging.desk import MessageDesk

        return MessageDesk(
            messages=self.messages,
            contacts=self.contacts,
            ledgers=self.ledgers,
            templates=self.templates,
            intake=self.intake,
            writer=self.writer,
            countries=self.countries,
            counters=self.counters,
            vault=self.vault,
            clock=self.clock,
        )
