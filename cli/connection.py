"""The stage that a command works on: the deployed stack, its settings and its services.

Where the demo runs, its state file names the stack; elsewhere RELANCE_STACK does, with AWS's own configuration.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.settings import Settings
from chalicelib.wiring import Services
from cli.artifact import REGION, ROOT_KEY

# An operator waits rather than tries again: a function that is called for the first time takes its time to start.
_CLIENT_CONFIG = Config(read_timeout=60, retries={"mode": "standard", "total_max_attempts": 2})
STATE_FILE = Path(__file__).resolve().parents[1] / ".demo" / "state.json"


class NoStage(Exception):
    """There is no stack to work on; the text says what to do."""


def local_client(endpoint_url: str) -> Callable[[str], Any]:
    """Makes clients of the embedded AWS, which takes any credentials."""
    session = boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION)

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint_url, config=_CLIENT_CONFIG)  # type: ignore[call-overload]

    return client


@dataclass(frozen=True)
class Stage:
    """A deployed stack."""

    stack: str
    client: Callable[[str], Any]

    @property
    def name(self) -> str:
        """`local`, `test`, `prod`: the last word of the stack's name."""
        return self.stack.rsplit("-", 1)[-1]

    @cached_property
    def outputs(self) -> dict[str, str]:
        """What the template gives out."""
        stacks = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}

    @cached_property
    def settings(self) -> Settings:
        """The settings that the deployed functions have."""
        configuration = self.client("lambda").get_function_configuration(FunctionName=self.outputs["TickName"])
        variables = configuration["Environment"]["Variables"]
        return Settings(
            stage=variables["STAGE"],
            table=variables["TABLE_NAME"],
            send_queue_url=variables["SEND_QUEUE_URL"],
            dead_letters_url=variables.get("SEND_DEAD_LETTERS_URL", ""),
            origin=variables["ORIGIN"],
            sms_provider=variables["SMS_PROVIDER"],
            phone_simulator=variables.get("PHONE_SIMULATOR") == "on",
            test_clock=variables.get("TEST_CLOCK") == "on",
            opposition_log=variables.get("OPPOSITION_LOG", ""),
            import_files=variables.get("IMPORT_FILES", ""),
            export_files=variables.get("EXPORT_FILES", ""),
            import_queue_url=variables.get("IMPORT_QUEUE_URL", ""),
            stop_number=variables.get("SMS_STOP_NUMBER", ""),
            receipt_queue_url=variables.get("RECEIPT_QUEUE_URL", ""),
            provider_secrets=variables.get("PROVIDER_SECRETS", "ssm"),
        )

    def services(self) -> Services:
        """The application's services on this stage, at its time."""
        return Services(self.settings, client=self.client)


def connect() -> Stage:
    """The stage that the surroundings name. NoStage where they name none."""
    stack = os.environ.get("RELANCE_STACK")
    if stack:
        return Stage(stack, lambda service: boto3.client(service, config=_CLIENT_CONFIG))  # type: ignore[call-overload]
    state = demo_state()
    if state is None:
        raise NoStage("no stage: start the demo with `make demo`, or name a deployed stack in RELANCE_STACK")
    return Stage("relance-local", local_client(state["endpoint_url"]))


def demo_state() -> dict[str, Any] | None:
    """What the running demo says of itself, or None."""
    try:
        state: dict[str, Any] = json.loads(STATE_FILE.read_text())
    except FileNotFoundError:
        return None
    return state
