"""What the bench says: figures with their limits, for people and as a file for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    limit: float | None
    """The most that it may be, or the least; None where nothing is promised."""
    unit: str
    how: str
    details: tuple[str, ...] = ()
    """What it is made of, a line each; a part of `how` in the file."""
    doubts: tuple[str, ...] = ()
    """What is wrong with it, though it could be measured."""
    at_least: bool = False
    """Whether the limit is the least."""

    @property
    def holds(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def bound(self) -> str:
        """The limit in words."""
        return f"at {'least' if self.at_least else 'most'} {self.limit:g}"


def write(figures: Sequence[Figure], path: Path) -> None:
    """Write the file that other tools read: name to value, limit, whether that is the least, unit and how."""
    told = {
        figure.name: {
            "value": figure.value,
            "limit": figure.limit,
            "at_least": figure.at_least,
            "unit": figure.unit,
            "how": "; ".join((figure.how, *figure.details, *(f"DOUBT: {doubt}" for doubt in figure.doubts))),
        }
        for figure in figures
    }
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print how each figure was made, the table, and last what is wrong: a missed limit, a doubtful figure."""
    for figure in figures:
        console.print(f"[bold]{figure.name}[/]: {escape(figure.how)}")
        for detail in figure.details:
            console.print(f"  · {escape(detail)}")
    console.print(_table(figures))
    for figure in figures:
        if not figure.holds:
            console.print(f"[bold red]Limit missed: {figure.name} is {figure.value:g}, {figure.bound}[/]")
        for doubt in figure.doubts:
            console.print(f"[bold red]Doubtful: {figure.name}: {escape(doubt)}[/]")
    if all(figure.holds for figure in figures):
        console.print("[green]All limits hold.[/]")


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("figure")
    table.add_column("value", justify="right")
    table.add_column("limit", justify="right")
    table.add_column("")
    for figure in figures:
        limit, verdict = "–", ""
        if figure.limit is not None:
            limit, verdict = figure.bound, "[green]holds[/]" if figure.holds else "[bold red]MISSED[/]"
        table.add_row(figure.name, f"{figure.value:g} {figure.unit}", limit, verdict)
    return table
