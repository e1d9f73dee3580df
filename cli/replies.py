"""`relance replies`: what people answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.answers import AsJson, answer, fail, the_stage

app = typer.Typer(no_args_is_help=True, help="What people answer.")


@app.command()
def classify(
    as_json: AsJson = False,  # noqa: ARG001 - each command takes it; this one answers in JSON only
    details: Annotated[bool, typer.Option("--details", help="Tell language, scope and keywords too.")] = False,
) -> None:
    """Read replies: one a line on standard input, an answer a line; no stage is needed. An empty line is no reply."""
    from chalicelib.replies.reading import read

    for text in _lines():
        reading = read(text)
        told = {
            "text": text,
            "intent": reading.intent,
            "stop": reading.stop,
            "confidence": reading.confidence,
            "because": list(reading.because),
        }
        if details:
            told |= {
                "language": reading.language,
                "everywhere": reading.everywhere,
                "contact": reading.contact,
                "start": reading.start,
            }
        typer.echo(json.dumps(told, ensure_ascii=False).encode())


@app.command("strays")
def list_strays(
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="The most to show.")] = 25,
    as_json: AsJson = False,
) -> None:
    """Texts of phones that nobody has written to, the newest first, in clear. A STOP among them opposes everyone."""
    from chalicelib.replies.strays import page

    services = the_stage().services()
    found, lines = [], []
    newest, _ = page(services.heard_texts, services.vault, "", limit)
    for stray, text in newest:
        at = datetime.fromtimestamp(stray.at / 1000, UTC).isoformat(timespec="seconds")
        found.append({"id": stray.id, "at": stray.at, "from": text.phone, "to": text.to, "text": text.text})
        lines.append(f"{at}  {text.phone} > {text.to}  {text.text}")
    answer({"strays": found}, "\n".join(lines) or "none", as_json)


@app.command()
def learn(as_json: AsJson = False) -> None:
    """Learn the word model anew from chalicelib/replies/corpus, after replies were added there.

    What it learns is deployed with the code. Replies that shall show how well it reads are kept out of that folder.
    """
    from chalicelib.replies.word_model import FILE
    from cli import reply_learning

    try:
        rows = reply_learning.labelled(sorted(reply_learning.CORPUS.rglob("*.jsonl")))
        FILE.write_bytes(reply_learning.learn(rows))
    except ImportError:
        fail("this takes scikit-learn: .venv/bin/pip install scikit-learn")
    told = {"replies": len(rows), "file": str(FILE), "bytes": FILE.stat().st_size}
    answer(told, f"Learnt from {len(rows)} replies: {FILE}", as_json)


def _lines() -> Iterator[str]:
    """Lines that say something. What is no UTF-8 is shown as such, and a byte order mark is none of the text."""
    for number, line in enumerate(sys.stdin.buffer):
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        text = text.removeprefix("\ufeff") if number == 0 else text
        if text.strip():
            yield text
