"""Short SVAML documents of tests."""

HANGUP = {"name": "hangup"}

MENU = {"id": "main", "mainPrompt": "#tts[Press 1.]", "options": [{"dtmf": "1", "action": "return(a)"}]}

PSTN = {"name": "connectPstn", "number": "+12025550100", "cli": "+14155550100"}

CONF = {"name": "connectConf", "conferenceId": "room"}


def said(*instructions: object, **action: object) -> dict[str, object]:
    return {"instructions": list(instructions), "action": action or HANGUP}


def menu(*menus: object, **members: object) -> dict[str, object]:
    return {"action": {"name": "runMenu", "locale": "en-US", "menus": list(menus), **members}}


def played(*ids: object, **members: object) -> dict[str, object]:
    return said({"name": "playFiles", "ids": list(ids), "locale": "en-US", **members})


def tts(**members: object) -> dict[str, object]:
    destination = {"type": "number", "endpoint": "+12025550100"}
    return {"method": "ttsCallout", "ttsCallout": {"destination": destination, "cli": "+14155550100", **members}}


def recorded(**options: object) -> dict[str, object]:
    return said({"name": "startRecording", "options": options})
