"""Schedule edge: each minute, the long work whose next piece is due, one after the other while there is time."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.clock import MINUTE
from chalicelib.logs import log, log_failure
from chalicelib.storage import keys
from chalicelib.storage.counters import SERVICE
from chalicelib.wiring import Services

_LEASE = 16 * MINUTE
"""Longer than the function lives: what a dead worker held is due again then."""
_ENOUGH_MS = 20_000


def on_minute(services: Services, remaining_ms: Callable[[], int]) -> None:
    """Do what is due. A job that fails keeps no other from being done, and comes again when its lease has ended.

    Nothing is done on a table that may not be sent from, such as a restored copy.
    """
    if halt := services.table_identity.halt():
        log("halted", reason=halt)
        return
    for job in list(services.jobs.due(services.clock.now())):
        if remaining_ms() < _ENOUGH_MS:
            return
        if not services.jobs.lease(job, services.clock.now() + _LEASE):
            continue
        try:
            if job.key[1].startswith(keys.BROADCAST_PREFIX):
                services.broadcast_run.work(job, remaining_ms)
            elif job.key[1].startswith(keys.REHEARSAL_PREFIX):
                services.rehearsal_desk.work(job, remaining_ms)
            elif job.key[1].startswith(keys.EXPORT_PREFIX):
                services.export_desk.work(job, remaining_ms)
            else:
                services.segment_builder.work(job, remaining_ms)
        except Exception as error:  # noqa: BLE001 - the others wait for their turn
            log_failure("job_failed", error)
            services.counters.add(SERVICE, job.key[1], services.clock.now(), "job.failed")
