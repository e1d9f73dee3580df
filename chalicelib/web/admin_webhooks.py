"""`/v1/advertisers/{advertiser}/webhooks…` and `…/notices`: what an advertiser's own tools and people are told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.clock import HOUR, MINUTE
from chalicelib.web.admin_requests import answer, authorise, reached, read_body
from chalicelib.web.described import PAGED, TEXT, described, done, listed
from chalicelib.web.listing import page_asked, page_of, part_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.web.webhook_models import NoticesTold

routes = Blueprint(__name__)
_WEBHOOKS = "/v1/advertisers/{advertiser}/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/{{webhook}}"
_NOTICES = "/v1/advertisers/{advertiser}/notices"
_TOLD = "web.webhook_models:WebhookTold"
_DELIVERY = "webhooks.delivery_shapes:DeliveryTold"
_NOTICES_TOLD = "web.webhook_models:NoticesTold"
_PLACE = re.compile(r"dlv_[0-9A-Z]{26}")


@routes.route(_WEBHOOKS, methods=["POST"])
@described(body="web.webhook_models:NewWebhook", answer="web.webhook_models:WebhookMade", status=201)
@view
def create_webhook(advertiser: str) -> Response:
    """Make a webhook. Its secret is shown this once."""
    from chalicelib.web.webhook_models import NewWebhook, webhook_answer

    reached(routes, advertiser)
    body = read_body(routes, NewWebhook)
    desk = services().webhook_desk
    made, secret = desk.create(advertiser, name=body.name, url=body.url, form=body.format, events=body.events)
    return answer({**webhook_answer(made, desk.url(made)), "secret": secret}, 201)


@routes.route(_WEBHOOKS, methods=["GET"])
@described(query=PAGED, answer=listed("webhooks", _TOLD))
@view
def list_webhooks(advertiser: str) -> Response:
    """An advertiser's webhooks."""
    from chalicelib.web.webhook_models import webhook_answer

    authorise(routes, advertiser)
    desk = services().webhook_desk
    found, following = part_asked(routes, desk.all_of(advertiser), lambda one: one.id)
    return page_of("webhooks", [webhook_answer(one, desk.url(one)) for one in found], following)


@routes.route(_WEBHOOK, methods=["GET"])
@described(answer=_TOLD)
@view
def get_webhook(advertiser: str, webhook: str) -> Response:
    """A webhook, with whether its deliveries arrive."""
    from chalicelib.web.webhook_models import webhook_answer

    authorise(routes, advertiser)
    desk = services().webhook_desk
    found = desk.find(advertiser, webhook)
    return answer(webhook_answer(found, desk.url(found)))


@routes.route(_WEBHOOK, methods=["PUT"])
@described(body="web.webhook_models:WebhookSettings", answer=_TOLD)
@view
def replace_webhook(advertiser: str, webhook: str) -> Response:
    """Change a webhook, pause it, or let it go on."""
    from chalicelib.web.webhook_models import WebhookSettings, webhook_answer

    authorise(routes, advertiser)
    body = read_body(routes, WebhookSettings)
    desk = services().webhook_desk
    changed = desk.change(
        advertiser, webhook, name=body.name, url=body.url, form=body.format, events=body.events, state=body.state
    )
    return answer(webhook_answer(changed, desk.url(changed)))


@routes.route(_WEBHOOK, methods=["DELETE"])
@described(answer=done("removed", "webhook"))
@view
def remove_webhook(advertiser: str, webhook: str) -> Response:
    """Remove a webhook: what waits for it is not told any more."""
    authorise(routes, advertiser)
    services().webhook_desk.remove(advertiser, webhook)
    return answer({"webhook": webhook, "removed": True})


@routes.route(f"{_WEBHOOK}/rotate", methods=["POST"])
@described(body="web.webhook_models:SecretRotation", answer="web.webhook_models:SecretRotated")
@view
def rotate_secret(advertiser: str, webhook: str) -> Response:
    """Make a new secret, shown this once; the one of before signs beside it for a while."""
    from chalicelib.web.webhook_models import SecretRotation

    authorise(routes, advertiser)
    overlap = read_body(routes, SecretRotation).overlap_hours * HOUR
    secret = services().webhook_desk.rotate(advertiser, webhook, overlap)
    return answer({"webhook": webhook, "secret": secret, "former_until": services().clock.now() + overlap})


@routes.route(f"{_WEBHOOK}/test", methods=["POST"])
@described(answer=_DELIVERY, status=202)
@view
def test_webhook(advertiser: str, webhook: str) -> Response:
    """Send a `ping`."""
    from chalicelib.webhooks.desk import delivery_facts

    authorise(routes, advertiser)
    return answer(delivery_facts(services().webhook_desk.test(advertiser, webhook)), 202)


@routes.route(f"{_WEBHOOK}/deliveries", methods=["GET"])
@described(query=PAGED, answer=listed("deliveries", _DELIVERY, webhook=TEXT))
@view
def list_deliveries(advertiser: str, webhook: str) -> Response:
    """What a webhook was told in the last 30 days, the newest first, in pages."""
    from chalicelib.webhooks.desk import delivery_facts

    authorise(routes, advertiser)
    found, further = services().webhook_desk.deliveries(advertiser, webhook, *page_asked(routes, _PLACE))
    return page_of("deliveries", [delivery_facts(one) for one in found], further, webhook=webhook)


@routes.route(f"{_WEBHOOK}/deliveries/{{delivery}}/replay", methods=["POST"])
@described(answer=_DELIVERY, status=202)
@view
def replay_delivery(advertiser: str, webhook: str, delivery: str) -> Response:
    """Tell a delivery again, under the id that it had."""
    from chalicelib.webhooks.desk import delivery_facts

    authorise(routes, advertiser)
    return answer(delivery_facts(services().webhook_desk.replay(advertiser, webhook, delivery)), 202)


@routes.route(_NOTICES, methods=["GET"])
@described(answer=_NOTICES_TOLD)
@view
def get_notices(advertiser: str) -> Response:
    """Who is told by e-mail that conversations wait, and whether the stage sends any."""
    reached(routes, advertiser)
    return answer(_notices(advertiser))


@routes.route(_NOTICES, methods=["PUT"])
@described(body="web.webhook_models:NoticeAddresses", answer=_NOTICES_TOLD)
@view
def replace_notices(advertiser: str) -> Response:
    """Replace who is told; nobody, with no address."""
    from chalicelib.replies.waiting_mail import sealed_addresses
    from chalicelib.storage.notices import NoticeSettings
    from chalicelib.web.webhook_models import NoticeAddresses

    reached(routes, advertiser)
    body = read_body(routes, NoticeAddresses)
    services().notice_book.save_settings(
        NoticeSettings(
            id=advertiser,
            sealed=sealed_addresses(services().vault, advertiser, body.emails),
            after_ms=body.after_minutes * MINUTE,
            every_ms=body.every_minutes * MINUTE,
            language=body.language,
        )
    )
    return answer(_notices(advertiser))


def _notices(advertiser: str) -> NoticesTold:
    from chalicelib.replies.waiting_mail import addresses
    from chalicelib.web.webhook_models import NoticeAddresses, notices_answer

    known = services().notice_book.settings(advertiser)
    settings = NoticeAddresses(emails=[])
    if known is not None:
        settings = NoticeAddresses.model_construct(
            emails=addresses(services().vault, known),
            after_minutes=known.after_ms // MINUTE,
            every_minutes=known.every_ms // MINUTE,
            language=known.language,
        )
    return notices_answer(advertiser, settings, mail=services().mail is not None)
