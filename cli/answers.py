"""How each command finds its stage, answers and fails."""

from __future__ import annotations

import json
from typing import Annotated, Any, NoReturn

import typer

from cli.connection import NoStage, Stage, connect

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def the_stage() -> Stage:
    """The stage to work on; the command ends where there is none."""
    try:
        return connect()
    except NoStage as error:
        fail(str(error))


def answer(data: Any, text: str, as_json: bool) -> None:
    """Say the same for people or for programs."""
    typer.echo(json.dumps(data, ensure_ascii=False) if as_json else text)


def fail(text: str) -> NoReturn:
    """End the command with what is wrong."""
    typer.echo(f"relance: {text}", err=True)
    raise typer.Exit(1)
