"""The codes of the linter's rules, ``SV001`` to ``SV039``, and the modules that each belongs to.

A code has one row in one ``RULES`` tuple, which describes the rule. Its findings can come from elsewhere: the reader
makes those that it cannot read past without a decision.
"""

from collections.abc import Mapping
from typing import NamedTuple


class CodeOwner(NamedTuple):
    """Where a code is described, and where its findings are made or looked up, as module names below ``svaml``."""

    described_in: str
    found_in: tuple[str, ...]


_NORMALIZING, _READER = "reading.normalizing", "reading.reader"
_REQUESTS, _STRUCTURE, _RANGES, _PROMPTS = "lint.requests", "lint.structure", "lint.ranges", "lint.prompts"
_HEARD = "speech"
"""The judgment of what is heard, which the tools that place calls share."""

CODES: Mapping[str, CodeOwner] = {
    "SV001": CodeOwner(_STRUCTURE, (_READER, "lint.linter", "lint.documents", _REQUESTS)),
    "SV002": CodeOwner(_STRUCTURE, (_READER,)),
    "SV003": CodeOwner(_STRUCTURE, (_READER, "lint.documents")),
    "SV004": CodeOwner(_STRUCTURE, (_READER,)),
    "SV005": CodeOwner(_STRUCTURE, (_NORMALIZING,)),
    "SV006": CodeOwner(_STRUCTURE, (_NORMALIZING, _REQUESTS)),
    "SV007": CodeOwner(_STRUCTURE, (_READER, _STRUCTURE, "lint.calls")),
    "SV008": CodeOwner(_STRUCTURE, (_READER, _NORMALIZING)),
    "SV009": CodeOwner(_STRUCTURE, (_READER, _NORMALIZING, _REQUESTS)),
    "SV010": CodeOwner(_STRUCTURE, (_NORMALIZING,)),
    "SV011": CodeOwner("lint.values", ("lint.values",)),
    "SV012": CodeOwner("lint.values", ("lint.values",)),
    "SV013": CodeOwner(_RANGES, (_READER, _RANGES)),
    "SV014": CodeOwner("lint.values", ("lint.values",)),
    "SV015": CodeOwner("lint.menus", ("lint.menus",)),
    "SV016": CodeOwner("lint.menus", ("lint.menus",)),
    "SV017": CodeOwner("lint.menus", (_READER, "lint.menus")),
    "SV018": CodeOwner("lint.menus", ("lint.menus",)),
    "SV019": CodeOwner("lint.menus", (_READER, "lint.menus")),
    "SV020": CodeOwner("lint.speech", (_HEARD,)),
    "SV021": CodeOwner(_PROMPTS, (_PROMPTS,)),
    "SV022": CodeOwner("lint.speech", ("lint.speech", _HEARD)),
    "SV023": CodeOwner(_PROMPTS, (_PROMPTS,)),
    "SV024": CodeOwner("lint.values", ("lint.values",)),
    "SV025": CodeOwner(_STRUCTURE, (_READER,)),
    "SV026": CodeOwner("lint.calls", ("lint.calls",)),
    "SV027": CodeOwner("lint.values", ("lint.values",)),
    "SV028": CodeOwner("lint.calls", ("lint.calls",)),
    "SV029": CodeOwner("lint.calls", ("lint.calls",)),
    "SV030": CodeOwner("lint.calls", ("lint.calls",)),
    "SV031": CodeOwner("lint.calls", ("lint.calls", _REQUESTS)),
    "SV032": CodeOwner("lint.calls", ("lint.calls",)),
    "SV033": CodeOwner(_RANGES, (_READER, _RANGES)),
    "SV034": CodeOwner("lint.calls", ("lint.calls",)),
    "SV035": CodeOwner(_REQUESTS, (_REQUESTS,)),
    "SV036": CodeOwner("lint.heard", (_HEARD,)),
    "SV037": CodeOwner("lint.heard", (_HEARD,)),
    "SV038": CodeOwner("lint.heard", (_HEARD,)),
    "SV039": CodeOwner("lint.inert", ("lint.inert",)),
}
