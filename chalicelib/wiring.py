"""The composition root: one container's services, each built when it is first used.

How each is built stands in composition/, feature by feature.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import settings as stage_settings
from chalicelib.composition.exports import ExportServices

if TYPE_CHECKING:
    from chalicelib.aws.lean import Patience


class Services(ExportServices):
    """Everything that handlers call."""


@cache
def services() -> Services:
    """The container's services; ConfigurationError where the stage may not start."""
    return Services(stage_settings.from_environment())


@cache
def lean_services() -> Services:
    """As above without boto3, for collect, which comes down to one call (docs/adr/0013)."""
    from chalicelib.aws.lean import PATIENT

    return _lean(PATIENT)


@cache
def landing_services() -> Services:
    """The same for the redirect, where a person waits: it gives a silent table up within seconds."""
    from chalicelib.aws.lean import IN_A_HURRY

    return _lean(IN_A_HURRY)


def _lean(patience: Patience) -> Services:
    from chalicelib.aws.lean import LeanClient

    access = stage_settings.aws_access()
    return Services(
        stage_settings.from_environment(), calls=lambda service: LeanClient(service, access, patience=patience)
    )
