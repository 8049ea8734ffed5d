"""Apply the fixes of findings: the three operations of JSON Patch (RFC 6902) that they use."""

import copy
from collections.abc import Iterable

from sinch_voice_mcp.svaml.findings import Finding
from sinch_voice_mcp.types import JsonObject, is_list, is_object


def patched(value: object, findings: Iterable[Finding]) -> object:
    """A copy of a JSON value with the fixes applied, the deepest first.

    A fix whose place is gone by then is left out; looking again finds it at its new place.
    """
    changed = copy.deepcopy(value)
    for finding in sorted(findings, key=lambda finding: -len(finding.place)):
        for operation in finding.fix:
            _apply(changed, operation)
    return changed


def _apply(root: object, operation: JsonObject) -> None:
    *parents, last = _steps(operation["path"])
    holder = _walk(root, parents)
    match operation["op"]:
        case "move":
            old = _steps(operation["from"])[-1]
            if is_object(holder) and old in holder and last not in holder:
                # In the old member's place, so that a person recognises the document.
                items = [(last if key == old else key, item) for key, item in holder.items()]
                holder.clear()
                holder.update(items)
        case "add" if is_object(holder):
            holder.setdefault(last, operation["value"])
        case _:
            if is_object(holder) and last in holder:
                holder[last] = operation["value"]
            elif is_list(holder) and last.isdecimal() and int(last) < len(holder):
                holder[int(last)] = operation["value"]


def _steps(pointer: object) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in str(pointer).split("/")[1:]]


def _walk(root: object, steps: Iterable[str]) -> object:
    here = root
    for step in steps:
        if is_object(here) and step in here:
            here = here[step]
        elif is_list(here) and step.isdecimal() and int(step) < len(here):
            here = here[int(step)]
        else:
            return None
    return here
