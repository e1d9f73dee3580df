"""What came of visits, journeys and SMS, for days of the advertiser's zone (docs/reports.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.web.admin_requests import answer, reached, read_body
from chalicelib.web.described import described, one_of, text
from chalicelib.web.views import parameter, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.reports.desk import Report
    from chalicelib.reports.funnel import Of
    from chalicelib.storage.messages import MessageClass

routes = Blueprint(__name__)
_REPORTS = "/v1/advertisers/{advertiser}/reports"
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DAYS = {
    "since": text("The first day by the advertiser's clock; usually 27 days before the last", pattern=_DAY),
    "until": text("The last day, of 92 at most; usually today", pattern=_DAY),
}
_CAMPAIGN = {"campaign": text("A journey's id, a broadcast's, or what a back end called it")}
_CLASSES = ("marketing", "notification", "authorisation", "all")
_SOME = {
    **_DAYS,
    **_CAMPAIGN,
    "class": one_of("SMS of which class", *_CLASSES, usual="marketing"),
    "site": text("Visits of one site"),
}
_ONE = {**_DAYS, "campaign": {**_CAMPAIGN["campaign"], "required": True}}


@routes.route(_REPORTS, methods=["GET"])
@described(query=_SOME, answer="reports.shapes:Everything")
@view
def report(advertiser: str) -> Response:
    """Funnel, results, campaigns, days, hours and traffic of some days at once, for a page that shows them all."""
    return answer(_asked(advertiser).everything(_of()))


@routes.route(_REPORTS + "/funnel", methods=["GET"])
@described(query=_SOME, answer="reports.shapes:Funnel")
@view
def report_funnel(advertiser: str) -> Response:
    """From visits to purchases: how many came to each stage, and why the others did not."""
    return answer(_asked(advertiser).funnel(_of()))


@routes.route(_REPORTS + "/results", methods=["GET"])
@described(query=_SOME, answer="reports.shapes:Results")
@view
def report_results(advertiser: str) -> Response:
    """What the SMS of some days came to, brought and cost."""
    return answer(_asked(advertiser).results(_of()))


@routes.route(_REPORTS + "/campaigns", methods=["GET"])
@described(query=_DAYS, answer="reports.shapes:Campaigns")
@view
def report_campaigns(advertiser: str) -> Response:
    """What each journey, broadcast and campaign came to, brought and cost."""
    return answer(_asked(advertiser).campaigns())


@routes.route(_REPORTS + "/days", methods=["GET"])
@described(query=_DAYS, answer="reports.shapes:ByDay")
@view
def report_days(advertiser: str) -> Response:
    """What happened day by day."""
    return answer(_asked(advertiser).days())


@routes.route(_REPORTS + "/hours", methods=["GET"])
@described(query=_DAYS, answer="reports.shapes:ByHour")
@view
def report_hours(advertiser: str) -> Response:
    """What happened in each hour of a day, or of several days by the hour of the clock."""
    return answer(_asked(advertiser).hours())


@routes.route(_REPORTS + "/traffic", methods=["GET"])
@described(query=_DAYS, answer="reports.shapes:Traffic")
@view
def report_traffic(advertiser: str) -> Response:
    """Clicks and purchases of some days by UTM source, medium and campaign."""
    return answer(_asked(advertiser).traffic())


@routes.route(_REPORTS + "/campaigns.csv", methods=["GET"])
@described(query=_DAYS, media=("text/csv",))
@view
def report_campaigns_table(advertiser: str) -> Response:
    """What each journey, broadcast and campaign came to, as a table."""
    return _table(_asked(advertiser).campaigns(), "campaigns")


@routes.route(_REPORTS + "/days.csv", methods=["GET"])
@described(query=_DAYS, media=("text/csv",))
@view
def report_days_table(advertiser: str) -> Response:
    """What happened day by day, as a table."""
    return _table(_asked(advertiser).days(), "days")


@routes.route(_REPORTS + "/hours.csv", methods=["GET"])
@described(query=_DAYS, media=("text/csv",))
@view
def report_hours_table(advertiser: str) -> Response:
    """What happened hour by hour, as a table."""
    return _table(_asked(advertiser).hours(), "hours")


@routes.route(_REPORTS + "/traffic.csv", methods=["GET"])
@described(query=_DAYS, media=("text/csv",))
@view
def report_traffic_table(advertiser: str) -> Response:
    """Clicks and purchases by UTM source, medium and campaign, as a table."""
    return _table(_asked(advertiser).traffic(), "traffic")


@routes.route(_REPORTS + "/growth", methods=["GET"])
@described(query=_ONE, answer="reports.shapes:Growth")
@view
def report_growth(advertiser: str) -> Response:
    """The shop's sales on the days after a campaign's first SMS, and on as many before: a comparison and no proof."""
    asked = _asked(advertiser)
    campaign = parameter(routes, "campaign", "")
    if not campaign:
        raise InvalidInput([FieldError("campaign", "required", "name a journey, a broadcast or a campaign")])
    return answer(asked.growth(campaign, services().clock.now()))


@routes.route(_REPORTS + "/settings", methods=["GET"])
@described(answer="web.report_models:ReportSettings")
@view
def get_report_settings(advertiser: str) -> Response:
    """Whose clock an advertiser's reports go by, and its margin."""
    found = reached(routes, advertiser)
    return answer({"zone": found.zone, "margin_percent": found.margin_percent})


@routes.route(_REPORTS + "/settings", methods=["PUT"])
@described(body="web.report_models:ReportSettings", answer="web.report_models:ReportSettings")
@view
def replace_report_settings(advertiser: str) -> Response:
    """Replace what an advertiser's reports go by. They hold within ten seconds, and its other settings stay."""
    from chalicelib.web.report_models import ReportSettings

    reached(routes, advertiser)
    body = read_body(routes, ReportSettings)
    services().advertisers.report_in(advertiser, body.zone, body.margin_percent)
    return answer(body.model_dump())


def _asked(advertiser: str) -> Report:
    """The advertiser's reports of the days that were asked for."""
    from chalicelib.reports.periods import asked

    found = reached(routes, advertiser)
    period = asked(parameter(routes, "since", ""), parameter(routes, "until", ""), found.zone, services().clock.now())
    if isinstance(period, list):
        raise InvalidInput(period)
    return services().report(found, period)


def _of() -> Of:
    """Which SMS and visits are meant: marketing ones, where nothing is said."""
    from chalicelib.reports.funnel import Of

    name = parameter(routes, "class", "marketing")
    if name not in _CLASSES:
        raise InvalidInput([FieldError("class", "known", f"one of {', '.join(_CLASSES)}")])
    chosen = cast("MessageClass | None", None if name == "all" else name)
    campaign, site = parameter(routes, "campaign", ""), parameter(routes, "site", "")
    return Of(chosen, campaign or None, site or None)


def _table(told: dict[str, Any], name: str) -> Response:
    from chalicelib.reports.tables import table

    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}-{told["since"]}-{told["until"]}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(table(told[name]), headers=headers)
