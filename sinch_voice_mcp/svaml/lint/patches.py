"""Apply the fixes of findings: the three operations of JSON Patch (RFC 6902) that they use."""

import copy
from collections.abc import Iterable

from sinch_voice_mcp.svaml.findings import Finding
from sinch_voice_mcp.types import JsonObject, is_list, is_object


def apply_fixes(value: object, findings: Iterable[Finding]) -> tuple[object, list[Finding]]:
    """Apply the fixes of findings to a copy of a JSON value.

    A fix is skipped if an earlier one renamed what it applies to; the linter's next round finds it at its new location.

    Returns:
        The changed copy, and the findings whose fixes were applied.
    """
    changed = copy.deepcopy(value)
    applied = [finding for finding in findings if _apply_all(changed, finding.fix)]
    return changed, applied


def _apply_all(root: object, operations: Iterable[JsonObject]) -> bool:
    done = [_apply(root, operation) for operation in operations]
    return all(done)


def _apply(root: object, operation: JsonObject) -> bool:
    """Apply an operation; return whether its location was there."""
    *parents, last = _steps(operation["path"])
    holder = _resolve(root, parents)
    match operation["op"]:
        case "move":
            return is_object(holder) and _rename(holder, _steps(operation["from"])[-1], last)
        case "add":
            return is_object(holder) and _add(holder, last, operation["value"])
        case _:
            return _replace(holder, last, operation["value"])


def _rename(holder: JsonObject, old: str, new: str) -> bool:
    # A member that is null counts as absent, for the reader and for the platform.
    if old not in holder or holder.get(new) is not None:
        return False
    # The renamed member keeps its position, so that its author recognizes the document.
    items = [(new if key == old else key, item) for key, item in holder.items() if key != new]
    holder.clear()
    holder.update(items)
    return True


def _add(holder: JsonObject, name: str, value: object) -> bool:
    if holder.get(name) is not None:
        return False
    holder[name] = value
    return True


def _replace(holder: object, last: str, value: object) -> bool:
    if is_object(holder) and last in holder:
        holder[last] = value
        return True
    if is_list(holder) and last.isdecimal() and int(last) < len(holder):
        holder[int(last)] = value
        return True
    return False


def _steps(pointer: object) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in str(pointer).split("/")[1:]]


def _resolve(root: object, steps: Iterable[str]) -> object:
    here = root
    for step in steps:
        if is_object(here) and step in here:
            here = here[step]
        elif is_list(here) and step.isdecimal() and int(step) < len(here):
            here = here[int(step)]
        else:
            return None
    return here
