"""Sealed answers: the client returns them with the answer to a question; each is acted on once."""

import hashlib
import json
from typing import Any

from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.server.mcpserver import Context
from mcp.server.request_state import AESGCMRequestStateCodec
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, ElicitResult
from pydantic import TypeAdapter, ValidationError

from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.admission import unconfirmed

_DIGEST = "sinch_voice_digest"
_REJECTED = {"reason": "invalid_request_state"}
"""How the SDK marks its rejection of a sealed state."""

_ANSWERS: TypeAdapter[dict[str, ElicitResult]] = TypeAdapter(dict[str, ElicitResult])


class SingleUse(AESGCMRequestStateCodec):
    """Seals states, and adds to each that it opens the digest of its seal, which no two states share."""

    def unseal(self, token: str) -> bytes:
        """Open a sealed state. The digest becomes a member of the state itself, so it stays with this request."""
        payload = super().unseal(token)
        try:
            claims = json.loads(payload)
            state = {**json.loads(claims["s"]), _DIGEST: hashlib.sha256(token.encode()).hexdigest()}
        except (ValueError, KeyError, TypeError):
            # The SDK rejects what it did not write itself.
            return payload
        return json.dumps({**claims, "s": json.dumps(state)}).encode()


def digest_of_answer(ctx: Context[VoiceService]) -> str | None:
    """Return the digest of the sealed state that came with a request; None if none came."""
    try:
        found = json.loads(ctx.request_state or "{}").get(_DIGEST)
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


async def refuse_unusable_answers(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Return a refusal where the SDK would fail the whole request: for an answer that it rejects or cannot read."""
    params = ctx.params or {}
    answers, state = params.get("inputResponses"), params.get("requestState")
    if ctx.method != "tools/call" or (answers is None and state is None):
        return await call_next(ctx)
    try:
        _ANSWERS.validate_python({} if answers is None else answers, by_alias=True, by_name=False)
    except ValidationError:
        return _result(unconfirmed.refusal("failed"))
    try:
        return await call_next(ctx)
    except MCPError as error:
        if error.error.code != INVALID_PARAMS or error.error.data != _REJECTED:
            raise
        return _result(unconfirmed.unusable())


def _result(error: VoiceError) -> HandlerResult:
    text = json.dumps(error.to_json(), ensure_ascii=False)
    # Written out, because the SDK sends the result of a middleware as it is.
    return {"resultType": "complete", "isError": True, "content": [{"type": "text", "text": text}]}
