"""Keyed hashes and encryption."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.vault import Vault, compact, identifier_digest, identifier_version, nest, new_key, new_secrets

SECRETS = new_secrets()
VAULT = Vault(SECRETS.__getitem__)
PHONE = "+33639980001"


@given(text=st.text(max_size=300), place=st.text(max_size=50))
def test_what_is_sealed_opens_in_its_place(text: str, place: str) -> None:
    assert VAULT.open(VAULT.seal(text, place), place) == text


def test_it_opens_in_no_other_place() -> None:
    with pytest.raises(InvalidTag):
        VAULT.open(VAULT.seal("Camille", "contact/a"), "contact/b")


@pytest.mark.parametrize("position", [1, 12, 13, -1])
def test_changed_text_is_refused(position: int) -> None:
    sealed = bytearray(VAULT.seal("Camille", "place"))
    sealed[position] ^= 1
    with pytest.raises(InvalidTag):
        VAULT.open(bytes(sealed), "place")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(data=PLAIN)
def test_what_is_sealed_as_json_is_what_the_standard_library_writes(data: object) -> None:
    assert compact(data) == json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def test_half_a_surrogate_pair_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        compact({"city": "\ud800"})


def test_another_stages_key_opens_nothing() -> None:
    with pytest.raises(InvalidTag):
        Vault(new_secrets().__getitem__).open(VAULT.seal("Camille", "place"), "place")


def test_the_same_text_is_never_sealed_the_same() -> None:
    assert VAULT.seal("Camille", "place") != VAULT.seal("Camille", "place")


def test_text_that_was_sealed_before_a_rotation_still_opens() -> None:
    old = VAULT.seal("Camille", "place")
    private = json.loads(SECRETS["private"])
    private["data"]["2"] = json.loads(new_secrets()["private"])["data"]["1"]
    rotated = Vault((SECRETS | {"private": json.dumps(private | {"current": 2})}).__getitem__)

    assert rotated.open(old, "place") == "Camille"
    assert rotated.seal("Camille", "place")[0] == 2


def test_a_key_over_the_first_one_finds_people_from_what_the_first_one_made() -> None:
    """Oppositions can be moved under a new key without knowing any phone."""
    private = json.loads(SECRETS["private"])
    over = {"2": new_key(), "3": new_key()}
    mark = {"current": 3, "phase": "introduced", "since": 0}
    nested = Vault({"private": json.dumps(private | {"nesting": {"keys": over} | mark})}.__getitem__)
    person = VAULT.person(PHONE)
    second, third = (base64.b64decode(key) for key in over.values())
    assert nested.person(PHONE) == person == VAULT.lasting(person), "contacts keep their ids"
    assert nested.lasting(person) == "3." + nest(third, nest(second, person))
    former = "2." + nest(second, person)
    assert nested.lasting_names(person) == (nested.lasting(person), former)
    assert nested.lasting(former) == nested.lasting(nested.lasting(person)) == nested.lasting(person)
    assert nested.lasting_names(nested.lasting(person))[1] is None
    assert nested.sign("text") == VAULT.sign("text"), "what was signed before still verifies"


def test_a_keyed_identifier_says_which_key_made_it() -> None:
    keys = json.loads(SECRETS["identifiers"])["keys"]
    rotated = Vault({"identifiers": json.dumps({"keys": keys | {"2": new_key()}, "current": 2})}.__getitem__)
    current, older = rotated.identifiers("0" * 64)
    assert (identifier_version(current), identifier_version(older)) == (2, 1)
    assert older == VAULT.identifier("0" * 64)
    assert current == rotated.identifier("0" * 64)


def test_hashes_are_keyed_and_differ_by_use_and_stage() -> None:
    digest = identifier_digest(PHONE)
    hashes = {
        digest,
        VAULT.identifier(digest),
        VAULT.person(PHONE),
        Vault(new_secrets().__getitem__).identifier(digest),
    }
    assert len(hashes) == 4
    assert not VAULT.identifier(digest).startswith(VAULT.person(PHONE))
    assert VAULT.person(PHONE) == VAULT.person(PHONE)


def test_who_only_recognises_identifiers_reads_no_other_secret() -> None:
    """Collect's role may read `identifiers` alone."""
    collect = Vault({"identifiers": SECRETS["identifiers"]}.__getitem__)
    assert collect.identifier("0" * 64) == VAULT.identifier("0" * 64)
    with pytest.raises(KeyError):
        collect.person(PHONE)


def test_each_secret_is_read_once() -> None:
    read: list[str] = []

    def reader(name: str) -> str:
        read.append(name)
        return SECRETS[name]

    vault = Vault(reader)
    for _ in range(3):
        vault.open(vault.seal("text", "place"), "place")
        vault.person(PHONE)
        vault.identifier("0" * 64)
    assert sorted(read) == ["identifiers", "private"]
