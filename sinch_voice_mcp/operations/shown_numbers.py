"""Which telephone numbers, SIP addresses and names of in-app users a result shows whole."""

from collections.abc import Mapping

from sinch_voice_mcp.policy import NumberFacts
from sinch_voice_mcp.policy.numbers import examine
from sinch_voice_mcp.policy.targets import target_of
from sinch_voice_mcp.ports import UNTRUSTED, JournalEntry
from sinch_voice_mcp.text.masking import is_shortened, shortened, without_numbers
from sinch_voice_mcp.text.number_forms import by_form
from sinch_voice_mcp.types import JsonObject, PhoneNumber, is_list, is_object
from sinch_voice_mcp.wire.calls import Party

_MIN_NUMBER_DIGITS = 7
"""Digits from which a text counts as a telephone number, not as an extension or a user name."""

_NUMBERS = frozenset({"cli", "from", "to", "rdnis"})
"""Members of an event that can be telephone numbers."""

_SCHEMES = {"sip": "sip", "username": "app"}
"""What results write before an address or a name, by the platform's type of a destination."""

_ENTERED = "input"
"""Member of an event with what the callee entered, which is the answer to a question: never masked."""


def e164_of(written: str) -> PhoneNumber | None:
    """Return a number of the platform, which may lack its plus, in E.164 form; None if it is none."""
    found = examine(written if written.startswith("+") else f"+{written}")
    return found.e164 if isinstance(found, NumberFacts) else None


def number_of(written: str) -> PhoneNumber | None:
    """Return a number as the journal knows it: in E.164 form, or in the form of one if metadata does not know it."""
    return e164_of(written) or by_form(written)


def parties_of(written: str) -> tuple[str, ...]:
    """Return the forms in which the journal may know a party: an address or a name, and a number."""
    scheme, _, name = written.strip().partition(":")
    match scheme.lower():
        case "app" if name:
            forms = (target_of("in_app", name),)
        case "sip" if name:
            forms = (target_of("sip", name), number_of(written))
        case _:
            forms = (number_of(written),)
    return tuple(form for form in forms if form is not None)


class ShownNumbers:
    """Decides how results show the numbers of this server's calls.

    Args:
        whole: Show them whole, so that a model can say who called and call back; otherwise masked.
    """

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole

    def number(self, written: str | None) -> str | None:
        """Return a number of the platform as it is shown: never whole unless it is one in E.164 form.

        A text with fewer than seven digits, such as a user name or an extension, is no number and stays as it is.
        """
        digits = 0 if written is None else sum(char.isdigit() for char in written)
        if written is None or digits < _MIN_NUMBER_DIGITS or is_shortened(written):
            return written
        number = e164_of(written)
        return number if number is not None and self._whole else shortened(number or written)

    def party(self, party: Party | None) -> str | None:
        """Return one end of a call as the platform reports it, as it is shown: a number, an address, or a name."""
        if party is None or not party.endpoint:
            return None
        scheme = _SCHEMES.get((party.type or "").lower())
        if scheme is None:
            return self.number(party.endpoint)
        name = f"{scheme}:{party.endpoint.removeprefix('sip:')}"
        return name if self._whole else shortened(name)

    def of_entry(self, entry: JournalEntry) -> str | None:
        """Return the callee of a request, or the number that an incoming call came from."""
        if entry.called:
            return entry.called[0] if self._whole else shortened(entry.called[0])
        if not entry.numbers:
            # An earlier version stored a caller's name as it was.
            return entry.number if is_shortened(entry.number or "") else None
        known = e164_of(entry.numbers[0])
        return known if known is not None and self._whole else shortened(known or entry.numbers[0])

    def row(self, row: JsonObject) -> JsonObject:
        """Return a row of a timeline as it is shown."""
        said = row.get(UNTRUSTED)
        return row | {UNTRUSTED: self._said(said)} if is_object(said) else row

    def result(self, members: JsonObject) -> JsonObject:
        """Return a result or an error as it is shown: foreign texts in it, at any depth, as the owner wants."""
        if self._whole:
            return members
        return {
            name: self._said(member) if name == UNTRUSTED and is_object(member) else self._part(member)
            for name, member in members.items()
        }

    def _part(self, value: object) -> object:
        if is_list(value):
            return [self._part(item) for item in value]
        return self.result(value) if is_object(value) else value

    def _said(self, said: Mapping[str, object]) -> JsonObject:
        return {name: self._member(name, value) for name, value in said.items()}

    def _member(self, name: str, value: object) -> object:
        if name in _NUMBERS:
            return self.number(value) if isinstance(value, str) else value
        return value if self._whole or name == _ENTERED else _masked(value)


def _masked(value: object) -> object:
    if isinstance(value, str):
        return without_numbers(value)
    if is_list(value):
        return [_masked(item) for item in value]
    return {name: _masked(member) for name, member in value.items()} if is_object(value) else value
