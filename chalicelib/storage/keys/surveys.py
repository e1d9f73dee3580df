"""Surveys, votes and contests."""

from __future__ import annotations

from chalicelib.storage.keys.advertisers import advertiser_partition
from chalicelib.storage.keys.audience import contact_partition
from chalicelib.storage.keys.table import Key

SURVEY_PREFIX = "SURVEY#"
RESPONDENT_PREFIX = "ASKED#"
SURVEY_SHARDS = 8


def survey(advertiser_id: str, survey_id: str) -> Key:
    """A survey, vote or contest."""
    return advertiser_partition(advertiser_id), f"{SURVEY_PREFIX}{survey_id}"


def respondent(base: str, person: str, advertiser_id: str, survey_id: str) -> Key:
    """What a contact was asked by a survey."""
    return contact_partition(base, person), f"{respondents_of(advertiser_id)}{survey_id}"


def respondents_of(advertiser_id: str) -> str:
    """What the sort keys begin with of all that a contact was asked by an advertiser."""
    return f"{RESPONDENT_PREFIX}{advertiser_id}#"


def survey_entries(survey_id: str, shard: int) -> str:
    """A part of a survey's entries."""
    return f"ENTRIES#{survey_id}#{shard}"


def survey_entry(survey_id: str, shard: int, entry_id: str) -> Key:
    """A person's answers to a survey, by their pseudonym in it."""
    return survey_entries(survey_id, shard), entry_id


def draws(survey_id: str) -> str:
    """The partition of a contest's draws."""
    return f"DRAWS#{survey_id}"


def draw(survey_id: str, number: int) -> Key:
    """One of them, in their order."""
    return draws(survey_id), f"{number:04d}"
