"""The server's half of the shared vectors: the browser's is in tests/browser/test_snippet_identity.py."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.audience import normalise
from chalicelib.audience.phones import parse_mobile
from chalicelib.vault import identifier_digest
from tests.support.template import ROOT

VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests/vectors/identifiers.json").read_text())["vectors"]


def normal(vector: dict[str, Any]) -> str | None:
    if vector["kind"] == "email":
        return normalise.email(vector["given"])
    return normalise.phone(vector["given"], vector["country"].upper())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: ascii(vector["given"])[:40])
def test_each_spelling_has_the_one_hash(vector: dict[str, Any]) -> None:
    found = normal(vector)
    assert found == vector["normal"]
    assert (identifier_digest(found) if found else None) == vector["sha256"]


def test_the_vectors_are_many_and_some_give_nothing() -> None:
    assert len(VECTORS) >= 60
    assert sum(vector["normal"] is None for vector in VECTORS) >= 20


def test_an_import_reads_the_fictional_mobiles_alike() -> None:
    mobiles = [v for v in VECTORS if v["kind"] == "phone" and (v["normal"] or "").startswith("+336399800")]
    assert len(mobiles) > 30
    found = {parse_mobile(v["given"], v["country"].upper()) for v in mobiles}
    assert found == {"+33639980001"}


def test_a_customer_id_has_a_name_space_of_its_own() -> None:
    assert normalise.customer("+33639980001") != "+33639980001"
