"""Surveys: a question by phone, answered with keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import InvalidInputError, VoiceError
from sinch_voice_mcp.operations.admission.lookups import within_lookups
from sinch_voice_mcp.operations.calls import Calls, Placed
from sinch_voice_mcp.operations.events.call_events import CallEvents
from sinch_voice_mcp.operations.events.monitor import CallSnapshot, Progress
from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.svaml import (
    AnsweringMachineDetection,
    ConnectPstn,
    Destination,
    Document,
    Hangup,
    Menu,
    NumberDestination,
    Option,
    RunMenu,
    Say,
    UserDestination,
    prompts,
)
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest

_LOGGER = masked_logger(__name__)

QUESTION_REPEATS = 2
"""How often the question is repeated after silence or a key without a meaning."""

# A language that is not listed gets the answers without a sentence around them, and no thanks.
_PRESS: Mapping[str, str] = {
    "en": "For {meaning}, press {key}.",
    "sv": "För {meaning}, tryck {key}.",
    "da": "For {meaning}, tryk {key}.",
    "nb": "For {meaning}, trykk {key}.",
    "de": "Für {meaning} drücken Sie die {key}.",
    "nl": "Voor {meaning}, toets {key}.",
    "fr": "Pour {meaning}, tapez {key}.",
    "es": "Para {meaning}, pulse {key}.",
    "pt": "Para {meaning}, digite {key}.",
    "it": "Per {meaning}, premi {key}.",
    "fi": "{meaning}: paina {key}.",
    "pl": "{meaning}: naciśnij {key}.",
}
_PLAIN = "{key}: {meaning}."
_THANKS: Mapping[str, str] = {
    "en": "Thank you. Goodbye.",
    "sv": "Tack. Hej då.",
    "da": "Tak. Farvel.",
    "nb": "Takk. Ha det.",
    "de": "Vielen Dank. Auf Wiederhören.",
    "nl": "Dank u wel. Tot ziens.",
    "fr": "Merci. Au revoir.",
    "es": "Gracias. Adiós.",
    "pt": "Obrigado. Adeus.",
    "it": "Grazie. Arrivederci.",
    "fi": "Kiitos. Näkemiin.",
    "pl": "Dziękuję. Do widzenia.",
}


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """A question and its possible answers: keys with meanings, or a number of digits."""

    destination: Destination
    text: str
    answers: Mapping[str, str] | None
    digits: int | None
    cli: str | None
    locale: str | None

    def request(self) -> CustomCalloutRequest:
        """Write the callout with the whole conversation in it, so that the guard and a person see all of it.

        Raises:
            InvalidInputError: The question is empty, or its answers are missing, of both kinds, or not keys 0 to 9.
        """
        self._check()
        thanks = _THANKS.get(self._language)
        spoken = () if thanks is None else (Say(text=thanks, locale=self.locale),)
        return CustomCalloutRequest(
            custom_callout=CustomCallout(
                **self._dialing(),
                ace=Document(action=self._menu()).to_json(),
                pie=Document(instructions=spoken, action=Hangup()).to_json(),
            )
        )

    def _dialing(self) -> Mapping[str, Any]:
        """Return the members that say who is called; only SVAML can ask whether a machine answers a telephone."""
        if not isinstance(self.destination, NumberDestination):
            return {"destination": self.destination, "cli": self.cli}
        detected = AnsweringMachineDetection(enabled=True)
        dial = ConnectPstn(number=self.destination.endpoint, cli=self.cli, amd=detected)
        return {"ice": Document(action=dial).to_json()}

    def meaning(self, key: str | None) -> str | None:
        """Return what a key means; None if it has no meaning."""
        return None if key is None or self.answers is None else self.answers.get(key)

    def accepts(self, entered: str) -> bool:
        """Whether an input is one of the keys, or has the number of digits that was asked for."""
        if self.answers is not None:
            return entered in self.answers
        return entered.isascii() and entered.isdecimal() and len(entered) == self.digits

    @property
    def _language(self) -> str:
        return (self.locale or "en-US").partition("-")[0].lower()

    def _check(self) -> None:
        if isinstance(self.destination, UserDestination):
            message = "an in-app user cannot be asked: the platform reports no keys of such a call"
            raise InvalidInputError(message, field="to")
        if not self.text.strip():
            raise InvalidInputError("the question is empty", field="question")
        if (self.answers is None) == (self.digits is None):
            raise InvalidInputError("give exactly one of `answers` or `digits`", field="answers")
        for key, meaning in (self.answers or {}).items():
            if len(key) != 1 or key not in "0123456789":
                raise InvalidInputError(f"`{key[:20]}` is not a key; keys are 0 to 9", field="answers")
            if not meaning.strip():
                raise InvalidInputError(f"the meaning of key {key} is empty", field="answers")

    def _menu(self) -> RunMenu:
        press = _PRESS.get(self._language, _PLAIN)
        options = self.answers or {}
        spoken = " ".join([self.text, *(press.format(key=key, meaning=meaning) for key, meaning in options.items())])
        menu = Menu(
            id="main",
            main_prompt=_prompt(spoken),
            repeats=QUESTION_REPEATS,
            max_digits=self.digits,
            options=tuple(Option(dtmf=key, action=f"return({key})") for key in options),
        )
        return RunMenu(locale=self.locale or "en-US", menus=(menu,))


def _prompt(text: str) -> str:
    try:
        return prompts.build([prompts.TextPart(text)])
    except prompts.PromptError as error:
        error.field = "question"
        raise


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """A question that was asked: the call, and what is known of the answer."""

    placed: Placed
    snapshot: CallSnapshot


class Surveys:
    """Operations that ask a question by phone."""

    def __init__(self, api: VoiceApi, calls: Calls, events: CallEvents, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._calls = calls
        self._events = events

    async def check(self) -> None:
        """Raise unless this server would receive the answer.

        Raises:
            NoCallbacksError: It receives no events, or the platform sends them elsewhere.
        """
        self._events.require("Asking by phone")
        urls = await within_lookups(
            "the callback URLs", lambda: self._api.get_callbacks(self._api.application_key), self._clock
        )
        self._events.check(urls)

    async def ask(
        self, question: SurveyQuestion, requester: Requester, wait_s: float, progress: Progress | None = None
    ) -> SurveyResult:
        """Call a phone, ask the question, and wait at most ``wait_s`` seconds for the end of the call.

        Raises:
            NoCallbacksError: No event would report which key was pressed.
            RefusedError: The guard, a limit or a person refuses; no phone rang.
            OutcomeUnknownError: The call may have been placed.
        """
        await self.check()
        # With inline replies, the platform would not report which keys were pressed.
        placed = await self._calls.place(question.request(), requester, replies_from_receiver=True)
        call_id = CallId(placed.call_id or "")
        try:
            snapshot = await self._events.wait(call_id, "ended", wait_s, progress)
        except VoiceError as error:
            # The phone rings, so the requester gets the ID of the call even if the wait fails.
            _LOGGER.warning("the events of a call that was placed could not be read: %s", error.message)
            snapshot = CallSnapshot(call_id)
        return SurveyResult(placed, snapshot)
