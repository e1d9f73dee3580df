"""The language of templates: Liquid, with what a text needs and nothing that could keep a worker busy.

No files, no ranges, no clock, and no filter that multiplies what it is given: loops go over what a cart holds, and what
a template can write is bounded by its own length and its values'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Literal

from liquid import BoundTemplate, Environment, FalsyStrictUndefined, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidError, LiquidSyntaxError, UndefinedError
from liquid.expression import Expression

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.messaging.values import KNOWN

_TAGS = frozenset(
    {"content", "output", "illegal", "if", "unless", "case", "for", "break", "continue", "assign", "capture"}
    | {"comment", "echo", "#"}
)
_FILTERS = frozenset(
    {"append", "capitalize", "default", "downcase", "lstrip", "prepend", "rstrip", "squish", "strip", "upcase"}
    | {"truncate", "truncatewords", "first", "join", "last", "map", "compact", "uniq", "size"}
    | {"at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus", "round", "times"}
)


NotComposableReason = Literal[
    "liquid", "unknown_value", "missing_value", "no_code", "too_long", "no_stop_number", "offer"
]


class NotComposable(InvalidInput):
    """A text that cannot be made, or must not be sent; `reason` says why."""

    def __init__(self, reason: NotComposableReason, message: str) -> None:
        super().__init__([FieldError("text", reason, message)])
        self.reason = reason


class _Missing(FalsyStrictUndefined):
    """A value that is not there: it can be asked for and have a default, and cannot be written."""

    __slots__ = ()
    force_liquid_default = True


class _Bounded(Environment):
    """What a template may use, and how much of it."""

    loop_iteration_limit = 200
    local_namespace_limit = 20_000
    output_stream_limit = 10_000
    block_nesting_limit = 10
    context_depth_limit = 20

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _TAGS}
        self.filters = {name: function for name, function in self.filters.items() if name in _FILTERS}


_environment = _Bounded(undefined=_Missing, autoescape=False)


def fill_in(source: str, values: Mapping[str, object]) -> str:
    """The template's text. Raises NotComposable."""
    names_in(source)
    try:
        return _parsed(source).render(**values)
    except UndefinedError as error:
        raise NotComposable("missing_value", str(error.message)) from None
    except LiquidError as error:
        raise NotComposable("liquid", _said(error)) from None
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
        raise NotComposable("liquid", type(error).__name__) from None


@lru_cache(maxsize=512)
def names_in(source: str) -> frozenset[str]:
    """The values that a template uses, such as `product.name`. Raises NotComposable, also where one is unknown."""
    try:
        found = _parsed(source).analyze().globals
    except LiquidError as error:
        raise NotComposable("liquid", _said(error)) from None
    names = frozenset(".".join(map(str, use.segments[:2])) for uses in found.values() for use in uses)
    for name in sorted(names):
        group, _, part = name.partition(".")
        parts = KNOWN.get(group, frozenset())
        if group not in KNOWN or (part and parts is not None and part not in parts):
            raise NotComposable("unknown_value", f"there is no value {name}")
    return names


@lru_cache(maxsize=512)
def _parsed(source: str) -> BoundTemplate:
    template = _environment.from_string(source)
    context = RenderContext(template)
    for expression in chain.from_iterable(_expressions(node, context) for node in template.nodes):
        if isinstance(expression, RangeLiteral):
            raise LiquidSyntaxError("a loop goes over what a cart holds, not over numbers", token=expression.token)
    return template


def _expressions(node: Node, context: RenderContext) -> Iterator[Expression]:
    for expression in node.expressions():
        yield from _with_children(expression)
    for child in node.children(context):
        yield from _expressions(child, context)


def _with_children(expression: Expression) -> Iterator[Expression]:
    yield expression
    for child in expression.children():
        yield from _with_children(child)


def _said(error: LiquidError) -> str:
    """The library's word of what is wrong, which quotes the template and never a value."""
    return str(error.message or type(error).__name__)
