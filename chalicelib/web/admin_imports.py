"""`POST /v1/advertisers/{advertiser}/imports`: a small file of contacts, imported while the caller waits."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.errors import TooLarge
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import answer, authorise, reached
from chalicelib.web.described import described, one_of, text
from chalicelib.web.views import request_of, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.audience.import_rows import ImportOptions

routes = Blueprint(__name__)
_MOST_BYTES, _MOST_LINES = 5_000_000, 2_000
_TYPES = ["text/csv", "application/x-ndjson", "application/json"]
"""A JSON object is NDJSON of one row."""
_ON = frozenset(("1", "true", "yes"))
_ON_OR_OFF = ("true", "false")


@routes.route("/v1/advertisers/{advertiser}/imports", methods=["POST"], content_types=_TYPES)
@described(
    body={"type": "string", "description": "The rows"},
    query={
        "dry_run": one_of("Only check: nothing is written", *_ON_OR_OFF, usual="false"),
        "country": text("Whose numbers they are that are written without a country; FR, without"),
        "wording": text("The wording that these people agreed to, by its name"),
        "brokers": text("Through whose hands the data came, with commas between"),
        "zone": text("The time zone of times that name none; UTC, without"),
        "day_first": one_of("Whether 03/04/2026 is in April", *_ON_OR_OFF, usual="false"),
        "landlines": one_of("Whether rows with a landline are taken, by their e-mail", *_ON_OR_OFF, usual="false"),
    },
    answer="web.upload_models:ImportReportTold",
    refuses=(413,),
)
@view
def import_contacts(advertiser: str) -> Response:
    """Import up to 2,000 contacts into the advertiser's base: CSV with a header or NDJSON, in UTF-8.

    Answers the report. Sent again after a time-out, it goes on where it was. `map.COLUMN=FIELD` names columns that
    have other names than ours, `type.FIELD=KIND` the kind of a custom field, `all.FIELD=TEXT` what holds for every row
    where the file has no column for it (`consent_at`, `source`, `consent.…`).
    """
    from chalicelib.audience.importing import check_base, run
    from chalicelib.web.upload_models import report_answer

    scope = authorise(routes, advertiser)
    body = request_of(routes).raw_body
    content = body.encode() if isinstance(body, str) else body
    if len(content) > _MOST_BYTES or max(map(content.count, (b"\n", b"\r"))) > _MOST_LINES + 1:
        uploads = f"/v1/advertisers/{advertiser}/imports/uploads"
        raise TooLarge(f"at most {_MOST_LINES} rows and {_MOST_BYTES} bytes: POST {uploads} takes a larger file")
    check_base(advertiser, services().advertisers)
    query: Mapping[str, str] = request_of(routes).query_params or {}
    destination = None if query.get("dry_run", "").lower() in _ON else services().import_destination
    options = _options(advertiser, query)
    report = run(lambda: io.BytesIO(content), options, services().clock.now(), destination)
    report.wording_known = options.wording_hash is not None if options.wording else None
    return answer(report_answer(asdict(report), by_operator=scope == OPERATOR))


@routes.route("/v1/advertisers/{advertiser}/base", methods=["GET"])
@described(answer="reports.base_standing:BaseStanding")
@view
def base_standing(advertiser: str) -> Response:
    """How many contacts there are, how many may get marketing SMS, and why the others may not.

    Exact up to 2,000 contacts, else of a sample of so many.
    """
    reached(routes, advertiser)
    return answer(services().base_standings.of(advertiser))


def _options(advertiser: str, query: Mapping[str, str]) -> ImportOptions:
    from chalicelib.audience.import_rows import ImportOptions

    def named(prefix: str) -> Any:
        return {name.removeprefix(prefix): value for name, value in query.items() if name.startswith(prefix)}

    wording = query.get("wording") or None
    return ImportOptions(
        base=advertiser,
        country=query.get("country", "FR").upper(),
        wording=wording,
        wording_hash=services().wordings.hash_of(advertiser, wording),
        brokers=tuple(filter(None, (name.strip() for name in query.get("brokers", "").split(",")))),
        columns=named("map."),
        stated=named("all."),
        kinds=named("type."),
        zone=query.get("zone", "UTC"),
        day_first=query.get("day_first", "").lower() in _ON,
        landlines=query.get("landlines", "").lower() in _ON,
    )
