"""The admin API's description (OpenAPI 3.1), from the same models that check its bodies."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from chalicelib.web import conversation_models
from chalicelib.web.admin_consent_models import NewConsent
from chalicelib.web.admin_models import KeywordSettings, NewAdvertiser, NewSite, SiteSettings
from chalicelib.web.admin_people_models import FindPerson, ObjectPerson, ObjectPhone, WithReason
from chalicelib.web.automatic_answer_models import AutomaticAnswerSettings
from chalicelib.web.broadcast_models import NewBroadcast, ReachQuestion
from chalicelib.web.cap_models import OperatorCaps
from chalicelib.web.complement_models import NewComplements
from chalicelib.web.conversion_models import NewConversion
from chalicelib.web.halt_models import NewHalt
from chalicelib.web.journey_models import NewJourney, RehearsalAsked, SwitchOn
from chalicelib.web.key_models import NewKey, Rotation
from chalicelib.web.lead_models import NewLeadSource
from chalicelib.web.link_models import LinkChange, LinkDomain, NewLink
from chalicelib.web.message_models import NewMessage
from chalicelib.web.optin_settings import OptInSettings
from chalicelib.web.problems import MEDIA_TYPE
from chalicelib.web.promo_models import NewCodes, NewRedemption, PoolSettings
from chalicelib.web.segment_models import NewSegment, SegmentRows, SegmentRules
from chalicelib.web.sender_models import SenderSettings
from chalicelib.web.shop_models import NewShop
from chalicelib.web.survey_models import NewDraw, NewSurvey, TellWinners
from chalicelib.web.template_models import NewTemplate, PreviewRequest, SuggestionRequest
from chalicelib.web.trial_models import ConfirmTrialPhone, NewTrial, NewTrialPhone
from chalicelib.web.upload_models import NewUpload
from chalicelib.web.verification_models import CheckVerification, NewVerification
from chalicelib.web.webhook_models import NewWebhook, NoticeAddresses, SecretRotation, WebhookSettings, described
from chalicelib.web.wording_models import NewWording

_LINKS = "/v1/advertisers/{advertiser}/links"
_PEOPLE = "/v1/advertisers/{advertiser}/people"
_WORDING = "/v1/advertisers/{advertiser}/wordings/{wording}"
_TEST_PHONES = "/v1/advertisers/{advertiser}/test-phones"
_HALT = "/v1/advertisers/{advertiser}/halt"
_COMPLEMENTS = "/v1/advertisers/{advertiser}/complements"
_AUTOMATIC = "/v1/advertisers/{advertiser}/automatic-answers"
_SEGMENTS = "/v1/advertisers/{advertiser}/segments"
_BROADCASTS = "/v1/advertisers/{advertiser}/broadcasts"
_BROADCAST = f"{_BROADCASTS}/{{broadcast}}"
_SENDERS = "/v1/advertisers/{advertiser}/senders"
_POOLS = "/v1/advertisers/{advertiser}/promo-pools"
_PROMO_CODE = "/v1/advertisers/{advertiser}/promo-codes/{code}"
_SURVEYS = "/v1/advertisers/{advertiser}/surveys"
_SURVEY = f"{_SURVEYS}/{{survey}}"
_TEMPLATES = "/v1/advertisers/{advertiser}/templates"
_JOURNEYS = "/v1/advertisers/{advertiser}/journeys"
_JOURNEY = f"{_JOURNEYS}/{{journey}}"
_PLAYBOOKS = "/v1/advertisers/{advertiser}/playbooks"
_KEYS = "/v1/advertisers/{advertiser}/keys"
_IMPORTS = "/v1/advertisers/{advertiser}/imports"
_WEBHOOKS = "/v1/advertisers/{advertiser}/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/{{webhook}}"
_NOTICES = "/v1/advertisers/{advertiser}/notices"
_ROUTES: tuple[tuple[str, str, str, str | None, int], ...] = (
    ("post", "/v1/advertisers", "Create an advertiser (operator)", "NewAdvertiser", 201),
    ("get", "/v1/advertisers/{advertiser}", "An advertiser's settings", None, 200),
    ("put", "/v1/advertisers/{advertiser}", "Replace an advertiser's settings", "NewAdvertiser", 200),
    ("get", _KEYS, "An advertiser's keys, without their secrets", None, 200),
    ("post", _KEYS, "Make a key for an advertiser (operator); it is shown once", "NewKey", 201),
    ("post", f"{_KEYS}/{{key}}/rotate", "Another secret; the old one opens for a while (operator)", "Rotation", 201),
    ("delete", f"{_KEYS}/{{key}}", "Take a key away (operator)", None, 204),
    ("get", "/v1/advertisers/{advertiser}/audit", "Who changed what, the newest first", None, 200),
    ("get", "/v1/audit", "Changes of what is nobody's own (operator)", None, 200),
    ("get", "/v1/keys", "The keys that reach every advertiser (operator)", None, 200),
    ("post", "/v1/keys", "Make such a key (operator); it is shown once", "NewKey", 201),
    ("delete", "/v1/keys/{key}", "Take such a key away (operator)", None, 204),
    ("get", "/v1/keys/self", "Whose the key is that asks", None, 200),
    ("post", "/v1/keys/self/rotate", "Another secret for the key that asks; it is shown once", "Rotation", 201),
    ("post", "/v1/advertisers/{advertiser}/sites", "Register a site", "NewSite", 201),
    ("put", "/v1/advertisers/{advertiser}/keyword", "Give the keyword number (operator)", "KeywordSettings", 200),
    ("post", "/v1/advertisers/{advertiser}/lead-sources", "Register a tool that sends leads", "NewLeadSource", 201),
    ("post", "/v1/advertisers/{advertiser}/consents", "Record what a person said elsewhere", "NewConsent", 201),
    ("post", "/v1/sites/{site}/shops", "Register a shop platform that sends webhooks", "NewShop", 201),
    ("post", "/v1/sites/{site}/consents", "The same, with the site's secret", "NewConsent", 201),
    ("post", "/v1/advertisers/{advertiser}/imports", "Import up to 2,000 rows, CSV or NDJSON", None, 200),
    ("get", "/v1/advertisers/{advertiser}/wordings", "The wordings that were registered", None, 200),
    ("get", _WORDING, "A wording with its texts and hash", None, 200),
    ("put", _WORDING, "Register a wording; it is never changed (409)", "NewWording", 201),
    ("post", f"{_IMPORTS}/uploads", "Announce a file of up to 1 GB; answers where to upload it", "NewUpload", 201),
    ("post", f"{_IMPORTS}/{{upload}}/start", "Import the file that was uploaded", None, 200),
    ("get", f"{_IMPORTS}/{{upload}}", "What became of an uploaded file", None, 200),
    ("get", _JOURNEYS, "An advertiser's journeys", None, 200),
    ("post", f"{_JOURNEYS}/check", "Whether a journey could be saved", "NewJourney", 200),
    ("get", _JOURNEY, "A journey as it is now", None, 200),
    ("put", _JOURNEY, "Save a journey's next version; a new one is a draft (201)", "NewJourney", 200),
    ("get", f"{_JOURNEY}/versions", "All that a journey has been", None, 200),
    ("get", f"{_JOURNEY}/results", "What came of its variants and holdout, with intervals (?version=)", None, 200),
    ("post", f"{_JOURNEY}/start", "Let people begin a journey, or ask a second person to (202)", None, 200),
    ("post", f"{_JOURNEY}/approve", "Agree to what another key asks to start", None, 200),
    ("post", f"{_JOURNEY}/stop", "Stop a journey: nothing more of it is sent", None, 200),
    ("post", f"{_JOURNEY}/rehearse", "What the last 30 days would lead to; nothing is sent", "RehearsalAsked", 200),
    ("get", f"{_JOURNEY}/rehearsal", "How far the last rehearsal of everybody is, and what it found", None, 200),
    ("get", _PLAYBOOKS, "The journeys that are ready to be switched on", None, 200),
    ("get", f"{_PLAYBOOKS}/{{playbook}}", "A playbook, with what each answer to its questions would cost", None, 200),
    (
        "post",
        f"{_PLAYBOOKS}/{{playbook}}",
        "Make a playbook the advertiser's own, and start it",
        "SwitchOn",
        201,
    ),
    ("get", _COMPLEMENTS, "What is offered to whoever has bought something", None, 200),
    ("put", _COMPLEMENTS, "Replace what is offered with what", "NewComplements", 200),
    ("get", _AUTOMATIC, "Which replies are answered by themselves, and in which words", None, 200),
    ("put", _AUTOMATIC, "Replace which are, and the advertiser's own words", "AutomaticAnswerSettings", 200),
    ("get", _SURVEYS, "Surveys, votes and contests", None, 200),
    ("post", _SURVEYS, "Make a survey; a template that names it asks it", "NewSurvey", 201),
    ("get", _SURVEY, "A survey as it stands", None, 200),
    ("put", _SURVEY, "Change a survey; once it was asked its questions stay (409)", "NewSurvey", 200),
    ("delete", _SURVEY, "Remove a survey that nobody was asked", None, 200),
    ("get", f"{_SURVEY}/statistics", "What was answered up to now, with intervals", None, 200),
    ("get", f"{_SURVEY}/statistics.svg", "The same as a picture", None, 200),
    ("get", f"{_SURVEY}/answers.csv", "Everybody's answers under the survey's own pseudonyms", None, 200),
    ("get", f"{_SURVEY}/draws", "A contest's draws on record", None, 200),
    ("post", f"{_SURVEY}/draws", "Draw the winners; asked again it is the same draw", "NewDraw", 200),
    ("post", f"{_SURVEY}/draws/{{draw}}/messages", "Write to a draw's winners, once", "TellWinners", 200),
    ("get", _TEMPLATES, "What the advertiser's SMS say", None, 200),
    ("get", f"{_TEMPLATES}/{{template}}", "A template, with what is found of it", None, 200),
    ("put", f"{_TEMPLATES}/{{template}}", "Create or replace a template", "NewTemplate", 200),
    ("delete", f"{_TEMPLATES}/{{template}}", "Remove a template", None, 200),
    ("post", f"{_TEMPLATES}/check", "What is wrong with a text, or could be better", "NewTemplate", 200),
    ("post", f"{_TEMPLATES}/suggest", "Texts that a language model suggests, checked", "SuggestionRequest", 200),
    ("post", f"{_TEMPLATES}/preview", "What a text costs for an audience", "PreviewRequest", 200),
    ("get", "/v1/advertisers/{advertiser}/counts", "Messages, clicks and oppositions of the last hours", None, 200),
    ("get", "/v1/advertisers/{advertiser}/conversions", "Purchases that came of SMS and links", None, 200),
    ("get", "/v1/advertisers/{advertiser}/traffic", "Clicks and purchases by UTM campaign", None, 200),
    ("get", "/v1/advertisers/{advertiser}/unsubscribes", "Who left, by contacts and by deliveries", None, 200),
    (
        "post",
        "/v1/sites/{site}/conversions",
        "Tell of a purchase or refund, with the site's secret",
        "NewConversion",
        202,
    ),
    ("get", "/v1/sites/{site}/conversions", "What an order is put down to (?transaction_id=)", None, 200),
    ("post", "/v1/advertisers/{advertiser}/link-domains", "Give a domain for links (operator)", "LinkDomain", 201),
    ("post", _LINKS, "Make a standalone link", "NewLink", 201),
    ("get", f"{_LINKS}/{{code}}", "A link, personal or not", None, 200),
    ("patch", f"{_LINKS}/{{code}}", "Change a link: the next click lands by it", "LinkChange", 200),
    ("get", f"{_LINKS}/{{code}}/qr.svg", "A link's QR code, as SVG", None, 200),
    ("get", f"{_LINKS}/{{code}}/qr.png", "A link's QR code, as PNG (send Accept: image/png)", None, 200),
    ("get", _TEST_PHONES, "Phones that get test SMS", None, 200),
    ("post", _TEST_PHONES, "Send a code to a phone that shall get test SMS", "NewTrialPhone", 201),
    ("post", f"{_TEST_PHONES}/confirm", "Add the phone whose code is right", "ConfirmTrialPhone", 200),
    ("delete", f"{_TEST_PHONES}/{{person}}", "Take a phone off", None, 200),
    ("post", f"{_TEMPLATES}/{{template}}/test", "Send a template to the verified phones, as a test", "NewTrial", 200),
    ("get", "/v1/halt", "Whether all marketing stands still (operator)", None, 200),
    ("put", "/v1/halt", "Stop all marketing (operator)", "NewHalt", 200),
    ("delete", "/v1/halt", "Let marketing go on (operator)", None, 200),
    ("get", _HALT, "Whether an advertiser, or a campaign of it, stands still", None, 200),
    ("put", _HALT, "Stop an advertiser's marketing, or a campaign", "NewHalt", 200),
    ("delete", _HALT, "Let it go on", None, 200),
    ("get", _POOLS, "Pools of promo codes with their stock", None, 200),
    ("post", _POOLS, "Make a pool of promo codes", "PoolSettings", 201),
    ("get", f"{_POOLS}/{{pool}}", "A pool with its stock", None, 200),
    ("put", f"{_POOLS}/{{pool}}", "Change a pool; codes that went out keep their end", "PoolSettings", 200),
    ("post", f"{_POOLS}/{{pool}}/codes", "Add codes of one's own, or fill up with generated ones", "NewCodes", 200),
    ("get", _PROMO_CODE, "What a promo code is worth, and whether it holds now", None, 200),
    ("post", f"{_PROMO_CODE}/redemptions", "Let an order use a code; once, however often told", "NewRedemption", 200),
    ("delete", f"{_PROMO_CODE}/redemptions/{{order}}", "Undo an order's use of a code", None, 200),
    ("get", _SEGMENTS, "Segments of the base with their sizes", None, 200),
    ("post", _SEGMENTS, "Make a segment: by rules, or filled by hand", "NewSegment", 201),
    ("post", f"{_SEGMENTS}/preview", "How many would belong, before it is saved", "SegmentRules", 200),
    ("get", f"{_SEGMENTS}/{{segment}}", "A segment with its size", None, 200),
    ("put", f"{_SEGMENTS}/{{segment}}", "Change a segment; other rules have the base gone through", "NewSegment", 200),
    ("delete", f"{_SEGMENTS}/{{segment}}", "Remove a segment", None, 200),
    ("get", f"{_SEGMENTS}/{{segment}}/members", "Who is in a segment (?after=, ?limit=)", None, 200),
    ("post", f"{_SEGMENTS}/{{segment}}/members", "Put people in by hand, or take them out", "SegmentRows", 200),
    ("post", f"{_SEGMENTS}/{{segment}}/size", "Who could be written to, and why the others not", "ReachQuestion", 200),
    ("get", _BROADCASTS, "Broadcasts", None, 200),
    ("post", _BROADCASTS, "Plan a broadcast to a segment", "NewBroadcast", 201),
    ("get", _BROADCAST, "A broadcast with its rehearsal", None, 200),
    ("put", _BROADCAST, "Change a broadcast; it is rehearsed and approved anew", "NewBroadcast", 200),
    ("post", f"{_BROADCAST}/rehearse", "Look ahead: nothing is sent or taken", None, 200),
    ("get", f"{_BROADCAST}/rehearsal", "Who would get what when, or why not", None, 200),
    ("post", f"{_BROADCAST}/approve", "Agree to what was rehearsed; another key launches", None, 200),
    ("post", f"{_BROADCAST}/launch", "Let it begin at its time", None, 200),
    ("post", f"{_BROADCAST}/pause", "Stop it at once", None, 200),
    ("post", f"{_BROADCAST}/resume", "Let it go on", None, 200),
    ("post", f"{_BROADCAST}/cancel", "End it: what has not left does not leave", None, 200),
    ("get", f"{_BROADCAST}/differences", "What became of it, held against the rehearsal", None, 200),
    ("get", _SENDERS, "What SMS may come from, with what each may do", None, 200),
    ("put", f"{_SENDERS}/{{country}}/{{value}}", "Register a sender; the operator verifies", "SenderSettings", 200),
    ("delete", f"{_SENDERS}/{{country}}/{{value}}", "Take a sender off", None, 200),
    ("get", _WEBHOOKS, "Where the advertiser's own tools are told events", None, 200),
    ("post", _WEBHOOKS, "Make a webhook; its secret is shown this once", "NewWebhook", 201),
    ("get", _WEBHOOK, "A webhook, with whether its deliveries arrive", None, 200),
    ("put", _WEBHOOK, "Change a webhook, pause it, or let it go on", "WebhookSettings", 200),
    ("delete", _WEBHOOK, "Remove a webhook", None, 200),
    ("post", f"{_WEBHOOK}/rotate", "Make a new secret; the former signs beside it for a while", "SecretRotation", 200),
    ("post", f"{_WEBHOOK}/test", "Send a ping", None, 202),
    ("get", f"{_WEBHOOK}/deliveries", "What it was told in 30 days (?after=, ?limit=)", None, 200),
    ("post", f"{_WEBHOOK}/deliveries/{{delivery}}/replay", "Tell a delivery again", None, 202),
    ("get", _NOTICES, "Who is told by e-mail that conversations wait", None, 200),
    ("put", _NOTICES, "Replace who is told", "NoticeAddresses", 200),
    ("get", "/v1/sites/{site}", "A site's settings", None, 200),
    ("put", "/v1/sites/{site}", "Replace a site's settings", "SiteSettings", 200),
    ("put", "/v1/sites/{site}/optin", "Replace what the site's opt-in form offers and asks", "OptInSettings", 200),
    ("get", "/v1/sites/{site}/counts", "Events, matches and drops of the last hours", None, 200),
    ("get", "/v1/sites/{site}/visitors/{visitor}", "What a visit led to, or why nothing came of it", None, 200),
    ("post", f"{_PEOPLE}/find", "The contact that a phone, e-mail or customer id leads to", "FindPerson", 200),
    ("post", f"{_PEOPLE}/object", "Put a phone on the opposition list, contact or not", "ObjectPhone", 200),
    ("post", f"{_PEOPLE}/{{person}}/object", "Put a contact on the opposition list", "ObjectPerson", 200),
    ("post", f"{_PEOPLE}/{{person}}/export", "Everything that the base keeps of a person", "WithReason", 200),
    ("post", f"{_PEOPLE}/{{person}}/erase", "Erase a person from the base", "WithReason", 200),
    ("get", f"{_PEOPLE}/{{person}}/consents", "A person's consent ledger with its hashes, verified", None, 200),
    ("post", "/v1/verifications", "Send a one-time code to a phone", "NewVerification", 201),
    ("post", "/v1/verifications/{verification}/check", "Check what was typed", "CheckVerification", 200),
    ("post", "/v1/messages", "Send a notification, or any template's message; once for each id", "NewMessage", 202),
    ("get", "/v1/messages/{message}", "Why a message was sent, or was not", None, 200),
    ("get", "/v1/countries", "What each country allows, by which source (operator)", None, 200),
    ("get", "/v1/caps", "The caps over all advertisers (operator)", None, 200),
    ("put", "/v1/caps", "Replace the caps over all advertisers (operator)", "OperatorCaps", 200),
    ("get", "/v1/counts", "What belongs to no known site (operator)", None, 200),
    *conversation_models.ROUTES,
)
_IN_PAGES = {
    f"{_SEGMENTS}/{{segment}}/members",
    f"{_BROADCAST}/rehearsal",
    f"{_BROADCAST}/differences",
    *conversation_models.IN_PAGES,
    f"{_WEBHOOK}/deliveries",
}
_MODELS = (
    NewKey,
    Rotation,
    NewAdvertiser,
    NewSite,
    SiteSettings,
    NewConsent,
    KeywordSettings,
    NewConversion,
    NewJourney,
    NewLeadSource,
    NewShop,
    FindPerson,
    ObjectPerson,
    ObjectPhone,
    WithReason,
    SenderSettings,
    OptInSettings,
    NewLink,
    LinkChange,
    LinkDomain,
    NewWording,
    RehearsalAsked,
    SwitchOn,
    NewUpload,
    PoolSettings,
    NewCodes,
    NewRedemption,
    NewHalt,
    AutomaticAnswerSettings,
    NewComplements,
    NewSegment,
    SegmentRows,
    SegmentRules,
    ReachQuestion,
    NewBroadcast,
    NewTrial,
    NewTrialPhone,
    ConfirmTrialPhone,
    NewVerification,
    CheckVerification,
    NewMessage,
    NewSurvey,
    NewDraw,
    TellWinners,
    NewTemplate,
    PreviewRequest,
    SuggestionRequest,
    OperatorCaps,
    *conversation_models.MODELS,
    NewWebhook,
    WebhookSettings,
    SecretRotation,
    NoticeAddresses,
)


def document(origin: str) -> dict[str, Any]:
    """The whole description."""
    _, schemas = models_json_schema(
        [(model, "validation") for model in _MODELS], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, Any] = {}
    for method, path, summary, body, status in _ROUTES:
        paths.setdefault(path, {})[method] = _operation(path, summary, body, status)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Relance admin API", "version": "1"},
        "servers": [{"url": origin}],
        "security": [{"key": []}],
        "paths": paths,
        "webhooks": described(),
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(path: str, summary: str, body: str | None, status: int) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    if "/links/" in path:
        parameters.append(
            {
                "name": "domain",
                "in": "query",
                "required": False,
                "description": "For a link on a domain of the advertiser's own: the code is its slug",
                "schema": {"type": "string"},
            }
        )
    if path in _IN_PAGES and not body:
        parameters += [
            {"name": "after", "in": "query", "required": False, "schema": {"type": "string"}},
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": 1000},
            },
        ]
    if path == _HALT:
        parameters.append({"name": "campaign", "in": "query", "required": False, "schema": {"type": "string"}})
    if path.startswith("/v1/sites/") and path.endswith("/conversions") and not body:
        parameters.append({"name": "transaction_id", "in": "query", "required": True, "schema": {"type": "string"}})
    if path.endswith(("/counts", "/traffic", "/unsubscribes", "/statistics", "{advertiser}/conversions")):
        parameters.append(
            {
                "name": "hours",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": 744},
            }
        )
    filters = conversation_models.FILTERS.get(path, ())
    parameters += [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in filters]
    operation: dict[str, Any] = {
        "summary": summary,
        "parameters": parameters,
        "responses": {
            str(status): {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}},
            "default": {"description": "A problem (RFC 9457)", "content": {MEDIA_TYPE: {"schema": {"type": "object"}}}},
        },
    }
    if body:
        schema = {"$ref": f"#/components/schemas/{body}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation
