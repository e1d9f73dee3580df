"""A survey's figures as a picture: bars in SVG, with the same in words for who does not see them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from chalicelib.reports.surveys import Bar, QuestionFigures, SurveyFigures
from chalicelib.storage.surveys import Survey

_WIDTH, _LEFT, _LONGEST = 640, 190, 330
_ROW, _HEAD, _GAP = 26, 44, 18
_LABEL = 26
"""Letters of a label that fit beside its bar; the whole stands in its title."""
_COLOUR = "#2b6cb0"
_STYLE = "text{font:14px system-ui,sans-serif;fill:#1a202c}.q{font-weight:600}"


def chart(survey: Survey, figures: SurveyFigures) -> str:
    """The picture. It fits 640 points in width, and has no script and no outer resource."""
    asked = [one for one in figures.questions if one.bars]
    top, drawn = 16, []
    for question in asked:
        drawn.append("".join(_question(question, top)))
        top += _HEAD + _ROW * len(question.bars) + _GAP
    words = "; ".join(_told(question) for question in asked)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" role="img"'
        f' aria-labelledby="title said"><title id="title">{escape(survey.name)}</title>'
        f'<desc id="said">{escape(words)}</desc><style>{_STYLE}</style>'
        f'<rect width="{_WIDTH}" height="{top}" fill="#fff"/>{"".join(drawn)}</svg>'
    )


def _question(figures: QuestionFigures, top: int) -> Iterator[str]:
    yield f'<text class="q" x="16" y="{top + 16}">{escape(_short(figures.question.text, 76))}</text>'
    most = max((bar.number for bar in figures.bars), default=0) or 1
    for place, bar in enumerate(figures.bars):
        y = top + _HEAD + _ROW * place
        width = round(_LONGEST * bar.number / most, 1)
        yield f"<g><title>{escape(_named(bar))}</title>"
        yield f'<text x="{_LEFT - 10}" y="{y}" text-anchor="end">{escape(_short(_named(bar), _LABEL))}</text>'
        yield f'<rect x="{_LEFT}" y="{y - 14}" width="{width}" height="18" rx="2" fill="{_COLOUR}"/>'
        yield f'<text x="{_LEFT + width + 8}" y="{y}">{escape(_number(bar))}</text></g>'


def _named(bar: Bar) -> str:
    return f"{bar.answer} {bar.label}".strip()


def _number(bar: Bar) -> str:
    return f"{bar.number} ({bar.share.value:.0%})" if bar.share else str(bar.number)


def _told(figures: QuestionFigures) -> str:
    return f"{figures.question.text} {', '.join(f'{_named(bar)}: {_number(bar)}' for bar in figures.bars)}"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
