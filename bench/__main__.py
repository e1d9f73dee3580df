"""`make bench`: measure, print a table, write bench/results.json. A missed limit is said, and is no error."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from bench.figures import show, write
from bench.suite import Effort, run

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    """Measure everything."""
    console = Console()
    figures = []
    with console.status("Measuring") as status:
        for figure in run(Effort()):
            figures.append(figure)
            status.update(f"Measured {figure.name}")
    write(figures, RESULTS)
    show(figures, console)


if __name__ == "__main__":
    main()
