"""The deployed application: HTTP routes, and one line for each function that a queue, stream or schedule starts.

Each function of its own imports its edge when it is called, so that its cold start pays for nothing else
(docs/adr/0003). infra/resources.yaml points the routes of collect and redirect at their functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, Request, Response

from chalicelib.web import (
    admin,
    admin_audit,
    admin_automatic_answers,
    admin_broadcasts,
    admin_clicks,
    admin_complements,
    admin_consents,
    admin_contacts,
    admin_conversations,
    admin_conversions,
    admin_dead_letters,
    admin_exports,
    admin_halts,
    admin_imports,
    admin_journeys,
    admin_keys,
    admin_limits,
    admin_links,
    admin_listings,
    admin_messages,
    admin_people,
    admin_promos,
    admin_reports,
    admin_segments,
    admin_senders,
    admin_simulation,
    admin_sites,
    admin_sources,
    admin_strays,
    admin_surveys,
    admin_templates,
    admin_trials,
    admin_uploads,
    admin_webhooks,
    api_description,
    checks,
    console,
    console_inbox,
    console_oidc,
    countries,
    hooks,
    keywords,
    leads,
    messages,
    number_hooks,
    optin,
    phone,
    shops,
    unsubscribe,
    verifications,
    wordings,
)
from chalicelib.wiring import landing_services, lean_services, services

app = Chalice(app_name="relance")


def shows(request: Request, route: str) -> Response | None:
    """What a GET of a route would answer to this request; None where the route has no GET."""
    entry = app.routes.get(route, {}).get("GET")
    if entry is None:
        return None
    given: Response = entry.view_function(**{name: (request.uri_params or {})[name] for name in entry.view_args})
    return given


@app.middleware("http")
def around(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """What holds for every route (docs/api.md)."""
    from chalicelib.web import edge

    return edge.around(request, get_response, shows)


app.register_blueprint(admin.routes)
app.register_blueprint(admin_audit.routes)
app.register_blueprint(admin_broadcasts.routes)
app.register_blueprint(admin_clicks.routes)
app.register_blueprint(admin_automatic_answers.routes)
app.register_blueprint(admin_complements.routes)
app.register_blueprint(admin_consents.routes)
app.register_blueprint(admin_contacts.routes)
app.register_blueprint(admin_conversations.routes)
app.register_blueprint(admin_halts.routes)
app.register_blueprint(admin_conversions.routes)
app.register_blueprint(admin_dead_letters.routes)
app.register_blueprint(admin_exports.routes)
app.register_blueprint(admin_imports.routes)
app.register_blueprint(admin_journeys.routes)
app.register_blueprint(admin_limits.routes)
app.register_blueprint(admin_keys.routes)
app.register_blueprint(admin_links.routes)
app.register_blueprint(admin_listings.routes)
app.register_blueprint(admin_messages.routes)
app.register_blueprint(admin_people.routes)
app.register_blueprint(admin_promos.routes)
app.register_blueprint(admin_reports.routes)
app.register_blueprint(admin_segments.routes)
app.register_blueprint(admin_simulation.routes)
app.register_blueprint(admin_senders.routes)
app.register_blueprint(admin_sites.routes)
app.register_blueprint(admin_sources.routes)
app.register_blueprint(admin_strays.routes)
app.register_blueprint(admin_surveys.routes)
app.register_blueprint(admin_templates.routes)
app.register_blueprint(admin_trials.routes)
app.register_blueprint(admin_uploads.routes)
app.register_blueprint(admin_webhooks.routes)
app.register_blueprint(checks.routes)
app.register_blueprint(api_description.routes)
app.register_blueprint(console.routes)
app.register_blueprint(console_inbox.routes)
app.register_blueprint(console_oidc.routes)
app.register_blueprint(countries.routes)
app.register_blueprint(hooks.routes)
app.register_blueprint(keywords.routes)
app.register_blueprint(leads.routes)
app.register_blueprint(number_hooks.routes)
app.register_blueprint(shops.routes)
app.register_blueprint(messages.routes)
app.register_blueprint(optin.routes)
app.register_blueprint(phone.routes)
app.register_blueprint(unsubscribe.routes)
app.register_blueprint(verifications.routes)
app.register_blueprint(wordings.routes)


@app.lambda_function(name="collect")
def collect(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`/p.gif`, `/e`, `/t.js` and `/c.js`."""
    from chalicelib.web import collect as edge

    return edge.handle(event, lean_services())


@app.lambda_function(name="redirect")
def redirect(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`/{code}`."""
    from chalicelib.web import redirect as edge

    return edge.handle(event, landing_services())


@app.lambda_function(name="on_event")
def on_event(event: dict[str, Any], context: object) -> None:
    """New events, from the table's stream."""
    from chalicelib.workers import stream

    stream.on_events(event, services())


@app.lambda_function(name="on_click")
def on_click(event: dict[str, Any], context: object) -> None:
    """Clicks on links, from the table's stream."""
    from chalicelib.workers import stream

    stream.on_clicks(event, services())


@app.lambda_function(name="on_person")
def on_person(event: dict[str, Any], context: object) -> None:
    """Oppositions and erasures, from the table's stream."""
    from chalicelib.workers import stream

    stream.on_people(event, services())


@app.lambda_function(name="send_sms")
def send_sms(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Orders, from the send queue."""
    from chalicelib.workers import send

    return send.on_orders(event, services())


@app.lambda_function(name="import_file")
def import_file(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Uploaded files of contacts, from their queue."""
    from chalicelib.workers import imports

    return imports.on_uploads(event, context.get_remaining_time_in_millis, services())


@app.lambda_function(name="on_report")
def on_report(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Receipts and texts from phones, from their queue."""
    from chalicelib.workers import receipts

    return receipts.on_reports(event, services())


@app.lambda_function(name="tell")
def tell(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Outgoing webhooks, from their queue."""
    from chalicelib.workers import notices

    return notices.on_notices(event, services())


@app.lambda_function(name="pull_opt_outs")
def pull_opt_outs(event: dict[str, Any], context: Any) -> None:
    """Each hour, the lists of people whom providers will not send to."""
    services().opt_out_pull.run(context.get_remaining_time_in_millis)


@app.lambda_function(name="tick")
def tick(event: dict[str, Any], context: object) -> None:
    """Each minute, what is due: steps of journeys, messages, halves of long texts, and what is told outside."""
    services().due_steps.run()
    services().long_texts.run()
    services().tick.run()
    services().due_notices.run()


@app.lambda_function(name="background")
def background(event: dict[str, Any], context: Any) -> None:
    """Each minute, the next pieces of long work: segments that are built, broadcasts that run."""
    from chalicelib.workers import background as edge

    edge.on_minute(services(), context.get_remaining_time_in_millis)


@app.lambda_function(name="export_days")
def export_days(event: dict[str, Any], context: Any) -> None:
    """Each hour, the files of what was counted on days that are over."""
    services().day_export.run(context.get_remaining_time_in_millis)


@app.lambda_function(name="close_days")
def close_days(event: dict[str, Any], context: object) -> None:
    """Each hour, the roots of the consent ledgers' days that are over."""
    services().consent_verifier.close_days()


@app.route("/p.gif", methods=["GET"])
@app.route("/t.js", methods=["GET"])
@app.route("/c.js", methods=["GET"])
@app.route("/{code}", methods=["GET", "HEAD"])
def served_elsewhere(code: str = "") -> Response:
    """Declares the routes that infra/resources.yaml points at collect and redirect: never called when deployed."""
    return Response("", status_code=404)


@app.route("/e", methods=["POST"], content_types=["text/plain", "application/json"])
def events_served_elsewhere() -> Response:
    """As above, for `/e`."""
    return Response("", status_code=404)
