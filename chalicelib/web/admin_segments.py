"""`/v1/advertisers/{advertiser}/segments…`: parts of an advertiser's base (mission.md, B8)."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.web.admin_requests import answer, authorise, reached, read_body
from chalicelib.web.described import PAGED, TEXT, described, done, listed
from chalicelib.web.listing import SHARD_PLACE, page_asked, page_of, part_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_TOLD = "web.segment_models:SegmentTold"
_SEGMENTS = "/v1/advertisers/{advertiser}/segments"
_SEGMENT = f"{_SEGMENTS}/{{segment}}"


@routes.route(_SEGMENTS, methods=["POST"])
@described(body="web.segment_models:NewSegment", answer=_TOLD, status=201)
@view
def create_segment(advertiser: str) -> Response:
    """Make a segment. One with rules is built in the background."""
    from chalicelib.web.segment_models import NewSegment, segment_answer

    reached(routes, advertiser)
    body = read_body(routes, NewSegment)
    made = services().segment_desk.create(advertiser, body.name, body.rules)
    return answer(segment_answer(made, 0, services().base_sizes.get(advertiser)), 201)


@routes.route(_SEGMENTS, methods=["GET"])
@described(query=PAGED, answer=listed("segments", _TOLD))
@view
def list_segments(advertiser: str) -> Response:
    """All segments with their sizes."""
    from chalicelib.web.segment_models import segment_answer

    authorise(routes, advertiser)
    found, following = part_asked(routes, services().segment_desk.all_of(advertiser), lambda one: one.id)
    return page_of("segments", [segment_answer(one, services().members.size(one.id)) for one in found], following)


@routes.route(f"{_SEGMENTS}/preview", methods=["POST"])
@described(body="web.segment_models:SegmentRules", answer="web.segment_models:SampleTold")
@view
def preview_segment(advertiser: str) -> Response:
    """How many of the base would belong to a segment of some rules; nothing is saved."""
    from chalicelib.web.segment_models import SegmentRules, sample_answer

    reached(routes, advertiser)
    rules = read_body(routes, SegmentRules).rules
    return answer(sample_answer(services().segment_sampler.ask(advertiser, rules)))


@routes.route(_SEGMENT, methods=["GET"])
@described(answer=_TOLD)
@view
def get_segment(advertiser: str, segment: str) -> Response:
    """A segment with its size."""
    from chalicelib.web.segment_models import segment_answer

    authorise(routes, advertiser)
    found = services().segment_desk.find(advertiser, segment)
    return answer(segment_answer(found, services().members.size(found.id), services().base_sizes.get(advertiser)))


@routes.route(_SEGMENT, methods=["PUT"])
@described(body="web.segment_models:NewSegment", answer=_TOLD)
@view
def replace_segment(advertiser: str, segment: str) -> Response:
    """Change a segment's name and rules. Other rules have the base gone through again."""
    from chalicelib.web.segment_models import NewSegment, segment_answer

    authorise(routes, advertiser)
    body = read_body(routes, NewSegment)
    changed = services().segment_desk.change(advertiser, segment, body.name, body.rules)
    return answer(segment_answer(changed, services().members.size(segment)))


@routes.route(_SEGMENT, methods=["DELETE"])
@described(answer=done("removed", "segment"))
@view
def remove_segment(advertiser: str, segment: str) -> Response:
    """Remove a segment."""
    authorise(routes, advertiser)
    services().segment_desk.remove(advertiser, segment)
    return answer({"segment": segment, "removed": True})


@routes.route(f"{_SEGMENT}/build", methods=["POST"])
@described(answer=_TOLD, status=202)
@view
def build_segment(advertiser: str, segment: str) -> Response:
    """Have the base gone through again for a segment with rules, in the background."""
    from chalicelib.web.segment_models import segment_answer

    authorise(routes, advertiser)
    changed = services().segment_desk.rebuild(advertiser, segment)
    return answer(segment_answer(changed, services().members.size(segment)), 202)


@routes.route(f"{_SEGMENT}/size", methods=["POST"])
@described(body="web.broadcast_models:ReachQuestion", answer="web.broadcast_models:ReachTold")
@view
def segment_size(advertiser: str, segment: str) -> Response:
    """How many of a segment could be written to at a moment, and why not the others. Past 2,000 it is of a sample."""
    from chalicelib.web.broadcast_models import ReachQuestion
    from chalicelib.web.message_models import epoch_ms

    owner = reached(routes, advertiser)
    body = read_body(routes, ReachQuestion)
    found = services().segment_desk.find(advertiser, segment)
    now = services().clock.now()
    at = max(now, epoch_ms(body.at) or now)
    told = services().rehearser.reach(owner, found.id, body.message_class, at, template=body.template)
    return answer({"segment": segment, "at": at, **told})


@routes.route(f"{_SEGMENT}/members", methods=["GET"])
@described(query=PAGED, answer=listed("members", TEXT, segment=TEXT))
@view
def list_members(advertiser: str, segment: str) -> Response:
    """Who is in a segment, by the names that contacts have, in pages."""
    authorise(routes, advertiser)
    found = services().segment_desk.find(advertiser, segment)
    people, after = services().segment_desk.page(found, *page_asked(routes, SHARD_PLACE))
    return page_of("members", people, after, segment=segment)


@routes.route(f"{_SEGMENT}/contacts", methods=["GET"])
@described(query=PAGED, answer=listed("contacts", "web.contact_models:ContactTold", segment=TEXT))
@view
def list_segment_contacts(advertiser: str, segment: str) -> Response:
    """Who is in a segment, as contacts, in pages. Nobody is named."""
    from chalicelib.web.contact_models import contact_answer

    authorise(routes, advertiser)
    found = services().segment_desk.find(advertiser, segment)
    people, after = services().segment_desk.page(found, *page_asked(routes, SHARD_PLACE))
    contacts = services().contact_list.of(advertiser, people)
    return page_of("contacts", [contact_answer(one) for one in contacts], after, segment=segment)


@routes.route(f"{_SEGMENT}/members", methods=["POST"])
@described(body="web.segment_models:SegmentRows", answer="web.segment_models:MembersChanged")
@view
def change_members(advertiser: str, segment: str) -> Response:
    """Put people into a segment that is filled by hand, and take others out. Wrong rows are told; the others go on."""
    from chalicelib.web.segment_models import SegmentRows, listed_answer, named

    authorise(routes, advertiser)
    body = read_body(routes, SegmentRows)
    lists = services().segment_lists
    added = lists.add(advertiser, segment, [named(row) for row in body.add])
    removed = lists.take_out(advertiser, segment, [named(row) for row in body.remove])
    return answer({"segment": segment, "added": listed_answer(added), "removed": listed_answer(removed)})
