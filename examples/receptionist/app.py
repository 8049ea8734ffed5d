"""A receptionist: takes the calls to a number, transfers the caller to the shop or takes a message.

It uses nothing but starlette. Start it with `uvicorn app:app`, with the key and secret of your application in the
variables SINCH_KEY and SINCH_SECRET, and set its public URL as the callback URL of the application.
"""

import base64
import hashlib
import hmac
import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SHOP = "+12025550108"
PROMPT = "#tts[Welcome. To talk to the shop, press 1. To leave a message, press 2.]"
OPTIONS = [{"dtmf": "1", "action": "return(shop)"}, {"dtmf": "2", "action": "return(message)"}]
MENU = {"name": "runMenu", "locale": "en-US", "menus": [{"id": "main", "mainPrompt": PROMPT, "options": OPTIONS}]}
SPEAK = {"id": "main", "mainPrompt": "#tts[Please speak, and press hash.]", "repeats": 0, "timeoutMills": 60_000}
MESSAGE = {
    "name": "runMenu",
    "locale": "en-US",
    "menus": [{**SPEAK, "options": [{"dtmf": "#", "action": "return(end)"}]}],
}
RECORD = {"name": "startRecording", "options": {"notificationEvents": True}}
recordings: list[str] = []


def is_from_sinch(request: Request, body: bytes) -> bool:
    """Return whether the platform signed the request with the secret of this application."""
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    stamp = request.headers.get("x-timestamp", "")
    text = f"POST\n{digest}\n{request.headers.get('content-type', '')}\nx-timestamp:{stamp}\n{request.url.path}"
    mac = hmac.new(base64.b64decode(os.environ["SINCH_SECRET"]), text.encode(), hashlib.sha256)
    signature = base64.b64encode(mac.digest()).decode()
    return hmac.compare_digest(request.headers.get("authorization", "").rpartition(":")[2], signature)


async def on_event(request: Request) -> Response:
    """Say what happens next in a call."""
    if not is_from_sinch(request, await request.body()):
        return Response(status_code=401)
    match await request.json():
        case {"event": "ice"}:
            return JSONResponse({"action": MENU})
        case {"event": "pie", "menuResult": {"value": "shop"}}:
            return JSONResponse({"instructions": [RECORD], "action": {"name": "connectPstn", "number": SHOP}})
        case {"event": "pie", "menuResult": {"value": "message"}}:
            return JSONResponse({"instructions": [RECORD], "action": MESSAGE})
        case {"event": "pie"}:
            return JSONResponse({"action": {"name": "hangup"}})
        case {"event": "ace"}:
            return JSONResponse({"action": {"name": "continue"}})
        case {"event": "notify", "type": "recording_available", "destination": url}:
            recordings.append(url)
        case _:
            pass
    return Response()


app = Starlette(routes=[Route("/sinch", on_event, methods=["POST"])])
