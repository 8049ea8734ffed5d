"""What the platform accepts of updates of calls."""

from sinch_voice_mcp.sandbox.engine import menus
from sinch_voice_mcp.sandbox.engine.numbers import check_callable, normalize
from sinch_voice_mcp.sandbox.engine.profiles import profile_of
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.svaml import ConnectPstn, Document, RunMenu


def check_update(document: Document, *, strict: bool) -> None:
    """Raise unless the platform accepts the action of an update.

    Raises:
        RejectedError: 40003 for a menu or a number that is missing, or the code of the number that it would call.
    """
    match document.action:
        case ConnectPstn(number=str(number)):
            check_callable(profile_of(normalize(number, strict=strict)))
        case ConnectPstn(number=None):
            raise RejectedError(40003, "`connectPstn` in an update needs a `number`")
        case RunMenu() as action:
            try:
                menus.main_menu(action)
            except menus.MenuError as error:
                raise RejectedError(40003, str(error)) from None
        case _:
            pass


def action_name(document: Document) -> str:
    """Return the name of the action of an update, for the timeline."""
    return "continue" if document.action is None else document.action.name
