"""Facebook Lead Ads: the webhook only says that there is a lead; what was answered is read from the Graph API.

Forms as Meta documents them: https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any, Protocol

from chalicelib.audience.leads import CONSENTS, Lead
from chalicelib.errors import FieldError, Forbidden, InvalidInput, StorageUnavailable
from chalicelib.storage.lead_sources import LeadSource

GRAPH_VERSION = "v23.0"
_FIELDS = "id,created_time,field_data,custom_disclaimer_responses"
_TIMEOUT_S = 5
_TEST_ANSWER = "<test lead:"
_MOST_LEADS = 100
_SAMPLE = re.compile(r"([0-9])\1{8,}")
"""Of the dashboard's test button: `444444444444`, which leads to no lead."""


class LeadReader(Protocol):
    """Reads a lead by its id."""

    def read(self, leadgen_id: str, access_token: str) -> Mapping[str, Any]:
        """The lead's fields. Raises StorageUnavailable where they cannot be read (now)."""


class GraphLeadReader:
    """Reads leads from graph.facebook.com."""

    def read(self, leadgen_id: str, access_token: str) -> Mapping[str, Any]:
        """One lead: `id`, `created_time`, `field_data`, `custom_disclaimer_responses`."""
        query = urllib.parse.urlencode({"fields": _FIELDS})
        request = urllib.request.Request(
            f"https://graph.facebook.com/{GRAPH_VERSION}/{leadgen_id}?{query}",
            headers={"Authorization": f"Bearer {access_token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - https, written above
                lead: Any = json.load(response)
        except urllib.error.HTTPError as error:
            # Graph answers the same to a lead that is gone and to a right that is missing: none is given up here.
            raise StorageUnavailable(f"graph answered {error.code}") from None
        except (OSError, ValueError) as error:
            raise StorageUnavailable(type(error).__name__) from None
        if not isinstance(lead, dict):
            raise StorageUnavailable("graph did not answer a lead")
        return lead


def check_app_signature(app_secret: str, body: bytes, header: str) -> None:
    """Forbidden where `X-Hub-Signature-256` is not the body's under the app's secret."""
    expected = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), header.encode("utf-8", "replace")):
        raise Forbidden("the signature is not this body's")


def leadgen_ids(body: bytes) -> list[str]:
    """The ids of the leads that a notification tells of, samples left out. InvalidInput where it is none."""
    try:
        told = json.loads(body)
        changes = [change for entry in told["entry"] for change in entry.get("changes", ())]
        ids = [str(change["value"]["leadgen_id"]) for change in changes if change.get("field") == "leadgen"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidInput([FieldError("body", "json", "this is no notification of leads")]) from None
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > _MOST_LEADS or not all(i.isascii() and i.isdigit() and len(i) <= 30 for i in wanted):
        raise InvalidInput([FieldError("leadgen_id", "number", "an id of a lead is a number")])
    return [leadgen_id for leadgen_id in wanted if not _SAMPLE.fullmatch(leadgen_id)]


def read_facebook(source: LeadSource, told: Mapping[str, Any]) -> Lead | None:
    """The lead as Graph tells it; None for one that Meta's testing tool made up."""
    answers = {
        str(field.get("name")): field["values"][0]
        for field in told.get("field_data") or ()
        if isinstance(field, dict) and isinstance(field.get("values"), list) and field["values"]
    }
    if any(isinstance(answer, str) and answer.startswith(_TEST_ANSWER) for answer in answers.values()):
        return None
    ticked = {
        str(box.get("checkbox_key")): box.get("is_checked")
        for box in told.get("custom_disclaimer_responses") or ()
        if isinstance(box, dict)
    }
    values: dict[str, Any] = {
        name: (ticked if name in CONSENTS else answers).get(key) for name, key in source.mapping.items()
    }
    # A box that was left empty is told as an empty text: that is a no, where no box at all says nothing.
    values |= {name: "false" for name in CONSENTS if values.get(name) == ""}
    values["consent_at"] = told.get("created_time")
    proof = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Lead(str(told.get("id") or proof[:32]), values, proof)
