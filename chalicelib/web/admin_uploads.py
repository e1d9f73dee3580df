"""Imports of large files: announced here, uploaded to S3 by the caller, started here, read behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web.admin_requests import answer, authorise, read_body
from chalicelib.web.described import PAGED, described, listed
from chalicelib.web.listing import page_of, page_of_list
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.import_uploads import Upload


routes = Blueprint(__name__)
_IMPORT = "web.upload_models:ImportTold"
_IMPORTS = "/v1/advertisers/{advertiser}/imports"


@routes.route(_IMPORTS, methods=["GET"])
@described(answer=listed("imports", _IMPORT), query=PAGED)
@view
def list_imports(advertiser: str) -> Response:
    """Imports of uploaded files, the newest first, with their reports. They are kept for a week."""
    from chalicelib.storage.import_uploads import from_item

    scope = authorise(routes, advertiser)
    items, following = page_of_list(routes, "uploads", advertiser)
    return page_of("imports", [_told(from_item(item), scope) for item in items], following)


@routes.route(f"{_IMPORTS}/uploads", methods=["POST"])
@described(body="web.upload_models:NewUpload", answer="web.upload_models:UploadAnnounced", status=201)
@view
def announce_upload(advertiser: str) -> Response:
    """Announce a file of up to 1 GB: the answer is the import's id, and the address that the file is put to."""
    from chalicelib.audience.import_rows import ImportOptions
    from chalicelib.audience.importing import check_base
    from chalicelib.web.upload_models import NewUpload

    authorise(routes, advertiser)
    given = read_body(routes, NewUpload).model_dump()
    size, dry_run = given.pop("bytes"), given.pop("dry_run")
    check_base(advertiser, services().advertisers)
    options = ImportOptions(base=advertiser, **given)
    return answer(services().import_desk.announce(options, size, dry_run=dry_run), 201)


@routes.route(f"{_IMPORTS}/{{upload}}/start", methods=["POST"])
@described(answer=_IMPORT)
@view
def start_import(advertiser: str, upload: str) -> Response:
    """Import the file that was uploaded."""
    scope = authorise(routes, advertiser)
    return answer(_told(services().import_desk.start(advertiser, upload), scope))


@routes.route(f"{_IMPORTS}/{{upload}}", methods=["GET"])
@described(answer=_IMPORT)
@view
def show_import(advertiser: str, upload: str) -> Response:
    """How far an import is, and its report."""
    scope = authorise(routes, advertiser)
    return answer(_told(services().import_desk.find(advertiser, upload), scope))


def _told(upload: Upload, scope: str) -> dict[str, Any]:
    from chalicelib.web.upload_models import import_answer

    return import_answer(upload, by_operator=scope == OPERATOR)
