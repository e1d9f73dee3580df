"""What is told outside: webhooks and e-mails.

What a service needs is imported when it is built: a redirect must not pay for the composer at its cold start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.clock import SystemClock
from chalicelib.composition.sending import SendingServices

if TYPE_CHECKING:
    from chalicelib.replies.notices import Waiting
    from chalicelib.replies.waiting_mail import WaitingMail
    from chalicelib.webhooks.announcer import Announcer
    from chalicelib.webhooks.deliverer import Deliverer
    from chalicelib.webhooks.desk import WebhookDesk
    from chalicelib.webhooks.due import DueNotices


class WebhookServices(SendingServices):
    """What is told outside: webhooks and e-mails."""

    @cached_property
    def announcer(self) -> Announcer:
        from chalicelib.webhooks.announcer import Announcer

        return Announcer(self.webhooks, self.deliveries, self.notice_queue, self.clock)

    @cached_property
    def webhook_desk(self) -> WebhookDesk:
        from chalicelib.links.targets import check_target, rules_for
        from chalicelib.webhooks.desk import WebhookDesk

        rules = rules_for(self.settings.origin)
        return WebhookDesk(
            webhooks=self.webhooks,
            deliveries=self.deliveries,
            queue=self.notice_queue,
            target=lambda url: check_target(url, rules),
            loopback=self.settings.webhooks_to_loopback,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def waiting(self) -> Waiting:
        from chalicelib.replies.notices import Waiting

        return Waiting(
            book=self.notice_book,
            threads=self.threads,
            webhooks=self.webhooks,
            announcer=self.announcer,
            mail=self.waiting_mail,
            queue=self.notice_queue,
            clock=self.clock,
        )

    @cached_property
    def waiting_mail(self) -> WaitingMail:
        from chalicelib.replies.waiting_mail import WaitingMail

        return WaitingMail(
            book=self.notice_book,
            threads=self.threads,
            counters=self.counters,
            mail=self.mail,
            queue=self.notice_queue,
            vault=self.vault,
            origin=self.settings.origin,
            clock=self.clock,
        )

    @cached_property
    def deliverer(self) -> Deliverer:
        from chalicelib.webhooks.deliverer import Deliverer
        from chalicelib.webhooks.post import Poster

        return Deliverer(
            webhooks=self.webhooks,
            deliveries=self.deliveries,
            counters=self.counters,
            poster=Poster(loopback=self.settings.webhooks_to_loopback),
            vault=self.vault,
            origin=self.settings.origin,
            clock=self.clock,
            real=SystemClock(),
        )

    @cached_property
    def due_notices(self) -> DueNotices:
        from chalicelib.storage.jobs import Jobs
        from chalicelib.storage.keys import NOTICES
        from chalicelib.webhooks.due import DueNotices

        return DueNotices(Jobs(self.table, NOTICES), self.notice_queue, self.table_identity, self.clock)
