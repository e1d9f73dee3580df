"""Exports of an advertiser's rows: asked for here, written in the background, fetched by links."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.web.admin_requests import answer, authorise, reached, read_body
from chalicelib.web.described import PAGED, described, listed
from chalicelib.web.listing import page_asked, page_of
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_EXPORTS = "/v1/advertisers/{advertiser}/exports"


@routes.route(_EXPORTS, methods=["POST"])
@described(body="web.export_models:NewExport", answer="web.export_models:ExportTold", status=202)
@view
def ask_export(advertiser: str) -> Response:
    """Ask for an export. It is written in the background; its own address says how far it is."""
    from chalicelib.web.export_models import NewExport, told

    zone = reached(routes, advertiser).zone
    wanted = read_body(routes, NewExport)
    period = wanted.period(zone)
    export = services().export_desk.ask(advertiser, wanted.what, wanted.format, period.since, period.end)
    return answer(told(export, []), 202)


@routes.route(_EXPORTS, methods=["GET"])
@described(answer=listed("exports", "web.export_models:ExportTold"), query=PAGED)
@view
def list_exports(advertiser: str) -> Response:
    """An advertiser's exports of the last seven days, without links."""
    from chalicelib.web.export_models import told

    reached(routes, advertiser)
    after, limit = page_asked(routes)
    found, following = services().export_desk.page(advertiser, after, limit)
    return page_of("exports", [told(export, []) for export in found], following)


@routes.route(f"{_EXPORTS}/{{export}}", methods=["GET"])
@described(answer="web.export_models:ExportTold")
@view
def show_export(advertiser: str, export: str) -> Response:
    """How far an export is, and once it is done a link to each of its files, good for an hour."""
    from chalicelib.web.export_models import told

    authorise(routes, advertiser)
    found = services().export_desk.find(advertiser, export)
    return answer(told(found, services().export_desk.links(found)))
