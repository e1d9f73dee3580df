"""A DynamoDB client that fails where a test says so: a process that ends, an answer that is lost, a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from botocore.exceptions import ClientError, ReadTimeoutError

Fault = Literal["ends_before", "ends_after", "answer_lost", "unavailable", "conflict"]
Plan = Callable[[str, int], Fault | None]
"""What happens at a call: its operation's name, and its number from 0 on."""


class ProcessEnded(BaseException):
    """The worker is gone: nothing of its own runs any more. Not an Exception, so that no handler catches it."""


class FaultyClient:
    """Passes every call on to `client`, but for the faults of a plan. `calls` are the operations so far."""

    def __init__(self, client: Any, plan: Plan) -> None:
        self._client = client
        self._plan = plan
        self.calls: list[str] = []

    @property
    def meta(self) -> Any:
        """Of the client itself, for who listens to its events."""
        return self._client.meta

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            fault = self._plan(operation, len(self.calls))
            self.calls.append(operation)
            if fault == "ends_before":
                raise ProcessEnded
            if fault == "unavailable":
                raise refusal(operation, "InternalServerError")
            if fault == "conflict":
                raise conflict(len(request.get("TransactItems", [1])))
            answer = getattr(self._client, operation)(**request)
            if fault == "ends_after":
                raise ProcessEnded
            if fault == "answer_lost":
                raise ReadTimeoutError(endpoint_url="https://dynamodb")
            return answer

        return call


def at_call(number: int, fault: Fault) -> Plan:
    """The fault at one call."""
    return lambda _operation, index: fault if index == number else None


def from_call(number: int, fault: Fault) -> Plan:
    """The fault at one call and at all after it."""
    return lambda _operation, index: fault if index >= number else None


def at_operation(operation: str, fault: Fault) -> Plan:
    """The fault at every call of an operation."""
    return lambda called, _index: fault if called == operation else None


def refusal(operation: str, code: str) -> ClientError:
    """An error answer of the service, the client's own retries used up."""
    return ClientError({"Error": {"Code": code, "Message": "injected"}}, operation)


def conflict(writes: int) -> ClientError:
    """A transaction that another one was in the way of."""
    reasons: Any = [{"Code": "TransactionConflict"}, *[{"Code": "None"}] * (writes - 1)]
    error: Any = {"Error": {"Code": "TransactionCanceledException", "Message": "injected"}}
    return ClientError(error | {"CancellationReasons": reasons}, "TransactWriteItems")


class LosingPuts:
    """A client whose batch writes leave some items out: those that `refuses` says yes to, each time it is asked."""

    def __init__(self, client: Any, refuses: Callable[[dict[str, Any]], bool]) -> None:
        self._client = client
        self._refuses = refuses

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def batch_write_item(self, *, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        ((table, requests),) = RequestItems.items()
        refused = [request for request in requests if self._refuses(request["PutRequest"]["Item"])]
        taken = [request for request in requests if request not in refused]
        if taken:
            self._client.batch_write_item(RequestItems={table: taken})
        return {"UnprocessedItems": {table: refused} if refused else {}}


class HeldBackClaim:
    """A client that runs `meanwhile` between the decision and its first transaction: the claim."""

    def __init__(self, client: Any, meanwhile: Callable[[], None]) -> None:
        self._client = client
        self._meanwhile: Callable[[], None] | None = meanwhile

    def __getattr__(self, operation: str) -> Any:
        if operation == "transact_write_items" and self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
        return getattr(self._client, operation)
