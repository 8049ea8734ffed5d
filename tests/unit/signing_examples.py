"""Published and constructed examples of signed requests."""

from sinch_voice_mcp.signing import (
    Credentials,
    Message,
)

PUBLISHED = Credentials("669E367E-6BBA-48AB-AF15-266871C28135", "BeIukql3pTKJ8RGL5zo0DA==")

REQUESTING = Credentials("5F5C418A0F914BBC8234A9BF5EDDAD97", "JViE5vDor0Sw3WllZka15Q==")

WEBHOOK = Credentials("appKey", "YXBwU2VjcmV0")

OTHER = Credentials("00000000-0000-0000-0000-000000000000", "AAAAAAAAAAAAAAAAAAAAAA==")

JSON_TYPE = "application/json"

GREETING = b'{"message":"Hello world"}'

C9_BODY = (
    '{ "event": "dice", "callid": "abc", "timestamp": "2024-06-06T17:35:01Z", "version": 1, '
    '"custom": "Zażółć ☎", "debit": {"currencyId": "EUR", "amount": 0.0} }'
).encode()

VECTORS = {
    "A: callback published by Sinch": (
        PUBLISHED,
        Message(
            "POST",
            "/sinch/callback/ace",
            JSON_TYPE,
            "2014-09-24T10:59:41Z",
            b'{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257",'
            b'"timestamp":"2014-09-24T10:59:41Z","version":1}',
        ),
        "REWF+X220L4/Gw1spXOU7g==",
        "Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=",
    ),
    "B: request published by Sinch, original path": (
        REQUESTING,
        Message("POST", "/v1/sms/+46700000000", JSON_TYPE, "2014-06-04T13:41:58Z", GREETING),
        "jANzQ+rgAHyf1MWQFSwvYw==",
        "qDXMwzfaxCRS849c/2R0hg0nphgdHciTo7OdM6MsdnM=",
    ),
    "B: the same request on the path that the page shows now": (
        REQUESTING,
        Message("POST", "/calling/v1/callouts", JSON_TYPE, "2014-06-04T13:41:58Z", GREETING),
        "jANzQ+rgAHyf1MWQFSwvYw==",
        "aS9fG2smJx6MIhPJDSNiaDQ1D3+e493HuL+VVA9pqyM=",
    ),
    "C1: callout": (
        PUBLISHED,
        Message(
            "POST",
            "/calling/v1/callouts",
            JSON_TYPE,
            "2024-01-19T09:19:28Z",
            b'{"method":"ttsCallout","ttsCallout":{"cli":"+14045001000","destination":{"type":"number",'
            b'"endpoint":"+14045005000"},"locale":"en-US","text":"Hello, this is a call from Sinch."}}',
        ),
        "G0putvD4si3GCkH9r34vAQ==",
        "S4KHMtnAUqvB7hUF7KtDouaanMvMxlNZWX+FNDEVBMY=",
    ),
    "C2: GET with a content type": (
        PUBLISHED,
        Message(
            "GET",
            "/calling/v1/calls/id/1ce0ffee-ca11-ca11-ca11-abcdef000003",
            JSON_TYPE,
            "2024-01-19T09:19:28.937Z",
        ),
        "",
        "ph9bmnSxaV6JMmXsdxI4Lp4IBMUa1snGXnOxvBpWdpA=",
    ),
    "C3: GET without one, seven fraction digits": (
        PUBLISHED,
        Message("GET", "/calling/v1/calls/id/1ce0ffee-ca11-ca11-ca11-abcdef000003", "", "2024-01-19T09:19:28.9372196Z"),
        "",
        "YTfY4oYTQ/4Cc4nJ7iTWJ6Z/mA660+8rCnv1oPxnAnQ=",
    ),
    "C4: content type with parameter, offset instead of Z": (
        PUBLISHED,
        Message(
            "GET",
            "/v1/calling/query/number/+12015555555",
            "application/json; charset=UTF-8",
            "2024-01-19T09:19:28.937219+00:00",
        ),
        "",
        "e+pW4vzmFmLqmG3r3DI/h+pGpkT43uS1nziCn9ROOtc=",
    ),
    "C5: DELETE with a body": (
        PUBLISHED,
        Message(
            "DELETE",
            "/v1/configuration/numbers",
            JSON_TYPE,
            "2024-01-19T09:19:28.937Z",
            b'{"number":"+12012222222"}',
        ),
        "HgYbChWxF/gEsUMPOSqv9g==",
        "4eWSuCdS233cO/h8czkIeR1vxJXOPrh3o8hoeNPJYRY=",
    ),
    "C6: the decoded path": (
        PUBLISHED,
        Message("GET", "/calling/v1/conferences/id/my room", JSON_TYPE, "2024-01-19T09:19:28.937Z"),
        "",
        "99t6fE2Lcssao4LIz6J8WDWiFKAwRVOz6vEyRwN6rgk=",
    ),
    "C7: the raw path": (
        PUBLISHED,
        Message("GET", "/calling/v1/conferences/id/my%20room", JSON_TYPE, "2024-01-19T09:19:28.937Z"),
        "",
        "r98iE6fI+kO5+/2W2uNE7xm7KcUPCjQtvfZ/50gYFNI=",
    ),
    "C8: another application": (
        WEBHOOK,
        Message(
            "POST",
            "/webhooks/voice",
            JSON_TYPE,
            "2024-06-06T17:35:01Z",
            b'{"event":"pie","callid":"1ce0ffee-ca11-ca11-ca11-abcdef000023","timestamp":"2024-06-06T17:35:01Z",'
            b'"menuResult":{"addToContext":[],"type":"sequence","value":"1234","menuId":"confirm",'
            b'"inputMethod":"dtmf"},"version":1,"custom":"Custom text",'
            b'"applicationKey":"f00dcafe-abba-c0de-1dea-dabb1ed4caf3"}',
        ),
        "9EH/AJwcmJ+AkeQ6V+TkeA==",
        "NuxTEMhLkWD0mVxEpf4PZQUintKkCZCJea/w+SvHYA0=",
    ),
    "C9: beyond ASCII, and white space in the JSON": (
        PUBLISHED,
        Message("POST", "/sinch/voice", "application/json; charset=utf-8", "2024-06-06T17:35:01.0000000Z", C9_BODY),
        "YFMNCXKoNuM4WHHcVtOiMQ==",
        "6Wp9u5PEdyoSra3a5MT3XvqeHQPTz6PVClavVs6+52o=",
    ),
}
