"""What goes on from a reply outside of its thread: the journey whose SMS it answers, the survey that has asked."""

from __future__ import annotations

from typing import Any

from chalicelib.clock import Clock
from chalicelib.journeys.endings import Endings
from chalicelib.replies.answering import Answering
from chalicelib.replies.asked_before import AskedBefore
from chalicelib.replies.inbound import Reply
from chalicelib.replies.survey_desk import OpenQuestion, SurveyDesk
from chalicelib.webhooks.announcer import Announcer


class JourneyReplies:
    """The journey of the SMS that is answered: it knows the answer, and may end by it (J1, J3)."""

    def __init__(self, endings: Endings, asked: AskedBefore) -> None:
        self._endings = endings
        self._asked = asked

    def follow(self, reply: Reply) -> None:
        """Tell the journey."""
        if asked := self._asked.of(reply):
            self._endings.replied(asked, reply.reading.intent, reply.at)


class SurveyReplies:
    """The survey that has asked last: it takes the answer, and says what there is to say about it (R5)."""

    def __init__(self, surveys: SurveyDesk, answering: Answering, announcer: Announcer, clock: Clock) -> None:
        self._surveys = surveys
        self._answering = answering
        self._announcer = announcer
        self._clock = clock

    def follow(self, reply: Reply) -> None:
        """Have a reply taken that may be an answer, and tell whoever wants to know of one."""
        if reply.asked is None or not _may_answer(reply, reply.asked):
            return
        language = reply.reading.language
        outcome = self._surveys.take(reply.asked, reply.id, reply.text, reply.at, language=language)
        if outcome.say and (reply.course.reason == "survey" or reply.reading.intent == "other"):
            self._answering.say(
                reply.to,
                "answer",
                outcome.say,
                reply_id=reply.id,
                wrote_at=reply.at,
                now=self._clock.now(),
                key=outcome.key,
                at_once=outcome.at_once,
            )
        if outcome.kind in ("taken", "changed"):
            body: dict[str, Any] = {"survey": outcome.survey, "answered_at": reply.at, "conversation": reply.thread.id}
            body |= {"question": outcome.question} | _what(reply.asked, reply.text)
            self._announcer.announce(reply.to.advertiser, "survey.answered", reply.id, body)


def _what(asked: OpenQuestion, text: str) -> dict[str, Any]:
    """The score, or the code of the choice. What was said in words stays here."""
    answer = asked.question.answer(text)
    if answer is None or asked.question.kind == "text":
        return {}
    return {asked.question.kind: answer.value}


def _may_answer(reply: Reply, asked: OpenQuestion) -> bool:
    """Whether it is an answer, or was meant as one: who asks, thanks or complains is not asked once more.

    What is complained of in an answer or beside one, and what is asked beside one, has been answered too.
    """
    if reply.course.reason == "survey":
        return True
    if reply.reading.intent != "other" and asked.question.answer(reply.text) is not None:
        return asked.question.kind != "text" or reply.course.reason == "problem"
    return reply.course.reason == "reply" and reply.reading.intent == "other" and not asked.answered
