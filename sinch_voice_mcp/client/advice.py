"""The next step for each error code of the platform.

Codes and meanings are those of Sinch's Voice OpenAPI document; for any other code, the HTTP status decides. The
resource ``sinch://errors/{code}`` shows this table too.
"""

from collections.abc import Mapping
from types import MappingProxyType

_CLOCK = "Ask the owner to set this machine's clock: the platform rejects timestamps that are wrong."
_SECRET = "Ask the owner to copy the complete application secret from the dashboard; it does not match the key."  # noqa: S105 - a sentence about one
CREDENTIALS = (
    "Ask the owner to compare the application key and the secret with the dashboard: the platform does not know this "
    "pair. If both are right, check the region or base URL, then SINCH_VOICE_AUTH, then this machine's clock."
)
_SCHEME = "Ask the owner to change SINCH_VOICE_AUTH: signed if it is basic, basic if it is signed."
_WAIT = "Wait before the next request, and start fewer calls at a time."

BY_CODE: Mapping[int, str] = MappingProxyType(
    {
        40001: "Correct the parameter that `untrusted.message` names.",
        40002: "Add the parameter that `untrusted.message` names.",
        40003: "Check the request and its SVAML: one action at the end, documented members only.",
        40004: "Name an application of this account, or omit the application key.",
        40005: "Write the number in E.164 form with a leading plus, such as +12025550123.",
        40100: _SCHEME,
        40101: _CLOCK,
        40102: _SECRET,
        40105: _CLOCK,
        40107: _SCHEME,
        40108: CREDENTIALS,
        40200: "Ask the owner to top up the account; trial accounts call verified numbers only.",
        40300: "Check that the account may call this destination and that the caller ID is a verified number.",
        40301: _SCHEME,
        40302: "Ask the owner to grant this application the privilege in the dashboard.",
        40303: "Ask the owner to ask Sinch to enable this for the account.",
        40400: "Check the id. A call that has ended and a conference in another region give this error too.",
        42900: _WAIT,
        42901: _WAIT,
    }
)

EMBEDDED: Mapping[int, str] = MappingProxyType(
    {
        40400: "Check the id. Calls and conferences of the embedded sandbox exist only in the server process that "
        "placed them, and end with it. If each request starts a new server, keep one running (one session), or run "
        "`sinch-voice-mcp sandbox` alone and set SINCH_VOICE_BASE_URL to it.",
    }
)
"""What replaces the table's advice if the platform is the sandbox inside the server."""

REDIRECT = "Ask the owner to set the region or the base URL to a host that does not redirect."
FOREIGN = "Ask the owner to check the base URL and any proxy in between."


_INVALID_CREDENTIALS = "invalid credentials"
"""The platform's message for a key and secret that are no pair, under several codes; compared, never shown."""


def next_step(error_code: int | None, message: str = "") -> str | None:
    """Return what to do about an error; None if the error's own advice is the best there is.

    Args:
        error_code: The platform's code.
        message: The platform's message, which only chooses between sentences of our own.
    """
    if message.strip().rstrip(".").lower() == _INVALID_CREDENTIALS:
        return CREDENTIALS
    return None if error_code is None else BY_CODE.get(error_code)
