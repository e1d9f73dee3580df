"""How each command finds its stage, answers and fails."""

from __future__ import annotations

import json
from contextvars import ContextVar
from dataclasses import replace
from typing import Annotated, Any, NoReturn

import typer

from cli import progress
from cli.connection import NoStage, Stage, connect

_for_programs: ContextVar[bool] = ContextVar("for_programs", default=False)


def _hears(value: bool) -> bool:
    """Note for whom the command that begins now is: it may fail, or take its time, before it has anything to answer."""
    _for_programs.set(value)
    return value


AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.", callback=_hears)]


def the_stage() -> Stage:
    """The stage to work on; the command ends where there is none. What takes its time shows how far it is."""
    try:
        stage = connect()
    except NoStage as error:
        fail(str(error))
    watching = None if _for_programs.get() else progress.begin()
    return replace(stage, client=watching.watch(stage.client)) if watching else stage


def answer(data: Any, text: str, as_json: bool) -> None:
    """Say the same for people or for programs."""
    progress.stop()
    typer.echo(json.dumps(data, ensure_ascii=False) if as_json else text)


def fail(text: str) -> NoReturn:
    """End the command with what is wrong; for programs as `{"error": …}`, on standard error as for people."""
    progress.stop()
    told = json.dumps({"error": text}, ensure_ascii=False) if _for_programs.get() else f"relance: {text}"
    typer.echo(told, err=True)
    raise typer.Exit(1)
