"""Broadcasts as their advertiser handles them: planned, rehearsed, approved, launched, paused, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.audience.segment_desk import SegmentDesk
from chalicelib.clock import MINUTE, Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound, StorageUnavailable
from chalicelib.ids import new_id
from chalicelib.links.targets import Rules, TargetRefused, check_target
from chalicelib.messaging.broadcasts import IN_WORDS, AgainstLaunch, against_launch
from chalicelib.messaging.compose import uses
from chalicelib.messaging.personal_link import PROMO_CODE, with_code
from chalicelib.messaging.rehearser import Rehearser
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.broadcasts import Broadcast, Broadcasts, Plan, State
from chalicelib.storage.halts import Halt, Halts, scope_of
from chalicelib.storage.templates import Template, Templates

_ATTEMPTS = 6
_OPEN: frozenset[State] = frozenset({"draft", "rehearsed"})
_PAUSABLE: frozenset[State] = frozenset({"scheduled", "running", "done"})
"""Once all messages are made, the last of them still wait for their moments."""


class NotLaunched(Conflict):
    """Something stands against a launch; `reason` names it."""

    def __init__(self, reason: AgainstLaunch) -> None:
        super().__init__(IN_WORDS[reason])
        self.reason = reason


class BroadcastDesk:
    """An advertiser's broadcasts. Each change holds only at the version that it was decided from."""

    def __init__(
        self,
        *,
        broadcasts: Broadcasts,
        segments: SegmentDesk,
        templates: Templates,
        rehearser: Rehearser,
        halts: Halts,
        targets: Rules,
        clock: Clock,
    ) -> None:
        self._broadcasts = broadcasts
        self._segments = segments
        self._templates = templates
        self._rehearser = rehearser
        self._halts = halts
        self._targets = targets
        self._clock = clock

    def find(self, advertiser: str, broadcast_id: str) -> Broadcast:
        """A broadcast of an advertiser; NotFound."""
        found = self._broadcasts.get(advertiser, broadcast_id)
        if found is None:
            raise NotFound("broadcast")
        return found

    def create(self, advertiser: Advertiser, plan: Plan) -> Broadcast:
        """A new broadcast. InvalidInput names what its plan gets wrong."""
        now = self._clock.now()
        made = Broadcast(new_id("bc", now), advertiser.id, self._checked(advertiser, plan), "draft", now)
        self._broadcasts.save(made)
        return made

    def change(self, advertiser: Advertiser, broadcast_id: str, plan: Plan) -> Broadcast:
        """Another plan, which has to be rehearsed and approved anew. Conflict once it was launched."""
        plan = self._checked(advertiser, plan)

        def changed(known: Broadcast) -> Broadcast:
            _stands(known, _OPEN)
            return replace(known, plan=plan, state="draft", rehearsal="", approved_by="", approved_at=0)

        return self._move(advertiser.id, broadcast_id, changed)

    def rehearse(self, advertiser: Advertiser, broadcast_id: str, most: int | None) -> Broadcast:
        """Look ahead; see Rehearser. An approval was of the rehearsal before."""
        known = self.find(advertiser.id, broadcast_id)
        _stands(known, _OPEN)
        segment = self._segments.find(advertiser.id, known.plan.segment)
        if segment.kind == "rules" and not segment.built_at:
            raise Conflict("the segment is still being built: try again in some minutes")
        template = self._templates.get(advertiser.id, known.plan.template)
        seen = self._rehearser.rehearse(advertiser, known, template, most)
        seen = replace(seen, state="rehearsed", approved_by="", approved_at=0, version=known.version + 1)
        if not self._broadcasts.save(seen, known):
            raise Conflict("the broadcast was changed meanwhile: rehearse it again")
        return seen

    def approve(self, advertiser: str, broadcast_id: str, key: str) -> Broadcast:
        """A person, told by the fingerprint of a key, agrees to what was rehearsed."""

        def approved(known: Broadcast) -> Broadcast:
            _stands(known, frozenset({"rehearsed"}))
            return replace(known, approved_by=key, approved_at=self._clock.now())

        return self._move(advertiser, broadcast_id, approved)

    def launch(self, advertiser: Advertiser, broadcast_id: str, key: str) -> Broadcast:
        """Let it begin at its time. Launched twice it begins once. Raises NotLaunched."""
        known = self.find(advertiser.id, broadcast_id)
        if known.launched_by:
            return known
        plan = self._checked(advertiser, replace(known.plan, start_at=None))
        template = self._templates.get(advertiser.id, plan.template)

        def launched(known: Broadcast) -> Broadcast:
            now = self._clock.now()
            if known.launched_by:
                return known
            if reason := against_launch(known, template, advertiser.safeguards, key, now):
                raise NotLaunched(reason)
            start = max(now, known.plan.start_at or now)
            # A minute ahead, for what goes before the first message.
            due_at = max(now, start - MINUTE)
            return replace(known, state="scheduled", anchor=start, launched_by=key, launched_at=now, due_at=due_at)

        return self._move(advertiser.id, broadcast_id, launched)

    def pause(self, advertiser: str, broadcast_id: str, by: str) -> Broadcast:
        """Stop at once: no message is made any more, and what is queued stands still."""

        def paused(known: Broadcast) -> Broadcast:
            if known.state == "paused":
                return known
            _stands(known, _PAUSABLE)
            return replace(known, state="paused", due_at=None)

        found = self._move(advertiser, broadcast_id, paused)
        self._halt(found, by, "paused")
        return found

    def resume(self, advertiser: str, broadcast_id: str) -> Broadcast:
        """Go on at the pace from now, also after too many said no to it."""

        def resumed(known: Broadcast) -> Broadcast:
            if known.state in _PAUSABLE:
                return known
            _stands(known, frozenset({"paused"}))
            now = self._clock.now()
            anchor = max(known.anchor, now - known.made * MINUTE // known.plan.pace)
            if known.made:
                return replace(known, state="running", anchor=anchor, due_at=now)
            return replace(known, state="scheduled", anchor=anchor, due_at=max(now, anchor - MINUTE))

        found = self._move(advertiser, broadcast_id, resumed)
        self._halts.resume(scope_of(advertiser, broadcast_id), self._clock.now())
        return found

    def cancel(self, advertiser: str, broadcast_id: str, by: str) -> Broadcast:
        """End it: what was made and has not left is cancelled. What left, left."""

        def cancelled(known: Broadcast) -> Broadcast:
            now = self._clock.now()
            if known.state in _OPEN:
                return replace(known, state="cancelled", ended_at=now)
            if known.state in ("cancelling", "cancelled"):
                return known
            return replace(known, state="cancelling", shard=0, after="", due_at=now)

        found = self._move(advertiser, broadcast_id, cancelled)
        if found.state == "cancelling":
            self._halt(found, by, "cancelled")
        return found

    def _halt(self, broadcast: Broadcast, by: str, why: str) -> None:
        scope = scope_of(broadcast.advertiser, broadcast.id)
        self._halts.halt(Halt(scope, self._clock.now(), by, why))

    def _move(self, advertiser: str, broadcast_id: str, change: Callable[[Broadcast], Broadcast]) -> Broadcast:
        for _ in range(_ATTEMPTS):
            known = self.find(advertiser, broadcast_id)
            changed = change(known)
            if changed is known:
                return known
            changed = replace(changed, version=known.version + 1)
            if self._broadcasts.save(changed, known):
                return changed
        raise StorageUnavailable("the broadcast kept changing")

    def _checked(self, advertiser: Advertiser, plan: Plan) -> Plan:
        """The plan with its template's class; raises InvalidInput, which names each field and rule."""
        errors = []
        try:
            self._segments.find(advertiser.id, plan.segment)
        except NotFound:
            errors.append(FieldError("segment", "unknown", "a segment of this advertiser's"))
        template = self._templates.get(advertiser.id, plan.template)
        if template is None:
            errors.append(FieldError("template", "unknown", "a template of this advertiser's"))
        elif template.message_class == "authorisation":
            errors.append(FieldError("template", "authorisation", "one-time codes are sent to who asks for one"))
        else:
            errors += self._link_errors(plan, template)
        if plan.start_at is not None and plan.start_at < self._clock.now() - MINUTE:
            errors.append(FieldError("start_at", "past", "a moment to come, or none for the launch's"))
        if errors or template is None:
            raise InvalidInput(errors)
        return replace(plan, message_class=template.message_class)

    def _link_errors(self, plan: Plan, template: Template) -> list[FieldError]:
        if plan.link is None:
            missing = FieldError("link", "required", "the text shows {{ link }}: say where it leads")
            return [missing] if uses(template, "link") else []
        if PROMO_CODE in plan.link and template.promo_pool is None:
            return [FieldError("link", "promo_code", "the link carries a promo code, and the template has no pool")]
        try:
            check_target(with_code(plan.link, "CODE"), self._targets)
        except TargetRefused as refused:
            return [FieldError("link", refused.reason, str(refused))]
        return []


def _stands(broadcast: Broadcast, states: frozenset[State]) -> None:
    if broadcast.state not in states:
        raise Conflict(f"the broadcast is {broadcast.state}")
