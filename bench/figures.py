"""What the bench says: figures with their limits, as a table for people and as a file for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
    """The most that it may be; None where nothing is promised."""
    unit: str
    how: str

    @property
    def holds(self) -> bool:
        return self.limit is None or self.value <= self.limit


def write(figures: Sequence[Figure], path: Path) -> None:
    """Write the file that other tools read: name to value, limit, unit and how."""
    told = {figure.name: {k: v for k, v in asdict(figure).items() if k != "name"} for figure in figures}
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print the figures, then the missed limits by name."""
    table = Table("figure", "value", "limit", "", "how")
    for name in ("value", "limit"):
        next(column for column in table.columns if column.header == name).justify = "right"
    for figure in figures:
        limit = "" if figure.limit is None else f"{figure.limit:g}"
        verdict = "" if figure.limit is None else "[green]holds[/]" if figure.holds else "[bold red]MISSED[/]"
        table.add_row(figure.name, f"{figure.value:g} {figure.unit}", limit, verdict, escape(figure.how))
    console.print(table)
    missed = [figure.name for figure in figures if not figure.holds]
    if missed:
        console.print(f"[bold red]Limits missed: {', '.join(missed)}[/]")
    else:
        console.print("All limits hold.")
