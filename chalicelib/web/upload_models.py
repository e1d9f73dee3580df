"""Bodies and answers of imports in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from chalicelib.audience.importing import RowError
from chalicelib.storage.import_files import MOST_BYTES
from chalicelib.storage.import_uploads import State, Upload
from chalicelib.units import Address, Count, Moment, Seconds
from chalicelib.web.body import example

Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewUpload(BaseModel):
    """How a file is read."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True) | example({"bytes": 120_000})

    bytes: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    """Of the file."""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "FR"
    wording: Name | None = None
    columns: Annotated[dict[Name, Name], Field(max_length=100)] = {}
    stated: Annotated[dict[Name, Name], Field(max_length=5)] = {}
    """Field to what holds for every row, where the file has no column for it."""
    kinds: Annotated[dict[Name, Literal["text", "integer", "decimal", "boolean", "date"]], Field(max_length=100)] = {}
    zone: Name = "UTC"
    day_first: bool = False
    landlines: bool = False
    dry_run: bool = False


class ImportReportTold(TypedDict, total=False):
    """What became of a file's rows: `rows` are `accepted`, `merged` and `refused`. Nothing before it was read."""

    rows: Count
    accepted: Count
    merged: Count
    """Rows of a person that an earlier row named."""
    refused: Count
    opposed: Count
    """For the operator: of those accepted, the people who had objected, and stay out."""
    errors: list[RowError]
    errors_left_out: Count
    """Errors beyond those in `errors`."""
    columns: dict[str, str]
    """Field to column, as it was told, written or guessed."""
    left_out: list[str]
    """Columns that nothing was taken from."""
    delimiter: str
    encoding: str
    fingerprint: str
    """SHA-256 of the file."""
    resumed_at: Count | None
    """Row that the run went on after, where an earlier one had stopped."""
    wording_known: bool | None
    """Whether the wording's text is known, so that its hash is recorded."""


class ImportProblem(TypedDict):
    """Why a file could not be read."""

    field: str
    rule: str
    message: str


_Import = TypedDict("_Import", {"import": str})


class ImportTold(_Import):
    """How far an import is."""

    state: State
    created_at: Moment
    dry_run: bool
    """Only checked: nothing is written."""
    report: ImportReportTold
    errors: list[ImportProblem]
    """Why it has failed."""


class UploadPlace(TypedDict):
    """Where the file is put, and how."""

    method: Literal["PUT"]
    url: Address
    headers: dict[str, str]
    """To be sent with it, as they are."""
    expires_in_s: Seconds


class UploadAnnounced(_Import):
    """A new import, and where its file goes."""

    upload: UploadPlace


def report_answer(report: Mapping[str, Any], *, by_operator: bool) -> dict[str, Any]:
    """A report, but for what must not be told: a file of one person would tell whether that person has objected."""
    return {name: told for name, told in report.items() if by_operator or name != "opposed"}


def import_answer(upload: Upload, *, by_operator: bool) -> dict[str, Any]:
    """An import as the API tells it."""
    return {
        "import": upload.id,
        "state": upload.state,
        "created_at": upload.created_at,
        "dry_run": upload.dry_run,
        "report": report_answer(upload.report, by_operator=by_operator),
        "errors": list(upload.problems),
    }
