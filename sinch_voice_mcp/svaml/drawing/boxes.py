"""The text and the size of each box."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sinch_voice_mcp.svaml.drawing.layers import Columns, Item
from sinch_voice_mcp.svaml.drawing.layout import Spacing
from sinch_voice_mcp.svaml.drawing.text_metrics import width, wrapped

LINE = 17.0
"""The height of a line of text, in pixels."""

PADDING = 12.0
CHIP_HEIGHT = 24.0

# Sizes of letters in pixels, as the style sheet has them.
_TITLE, _DETAIL = 13.0, 11.5
# Bold letters are broader.
_BOLD = _TITLE * 1.12
_TEXT_WIDTH = 216.0
_MIN_TEXT_WIDTH = 96.0
_BEND_HEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class BoxText:
    """The lines of a box."""

    title: list[str]
    detail: list[str]

    @property
    def width(self) -> float:
        """The width of the broadest line, in pixels."""
        return max(
            (width(line, size) for lines, size in ((self.title, _BOLD), (self.detail, _DETAIL)) for line in lines),
            default=0.0,
        )

    @property
    def height(self) -> float:
        """The height of all lines, in pixels."""
        return LINE * (len(self.title) + len(self.detail))


def text_of(item: Item) -> BoxText:
    """Return the lines of an item; none for a bend."""
    if item.node is not None:
        if item.node.kind == "instructions":
            steps = (item.node.label, *item.node.detail)
            return BoxText([], [part for line in steps for part in wrapped(line, _DETAIL, _TEXT_WIDTH, 3)])
        title = wrapped(item.node.label, _BOLD, _TEXT_WIDTH, 2)
        return BoxText(title, [part for line in item.node.detail for part in wrapped(line, _DETAIL, _TEXT_WIDTH, 3)])
    if item.jumps_to is not None:
        arrow = "" if item.copied else "→ "
        return BoxText([], wrapped(f"{arrow}{item.jumps_to.label}", _DETAIL, _TEXT_WIDTH, 1))
    return BoxText([], [])


def measure(rows: Sequence[Columns], texts: Mapping[int, BoxText], spacing: Spacing) -> None:
    """Set the sizes of all items, along x and y as the layout has them."""
    for columns in rows:
        for column in columns:
            boxes = [texts[id(item)].width for item in column if item.node is not None]
            for item in column:
                # From left to right, the boxes of a column have the same width, so that their edges line up.
                broadest = max([_MIN_TEXT_WIDTH, *boxes]) if spacing.direction == "right" else _MIN_TEXT_WIDTH
                _size(item, texts[id(item)], broadest, spacing)


def _size(item: Item, text: BoxText, broadest: float, spacing: Spacing) -> None:
    """Set the size of an item on the screen, then exchange the axes for the layout of a drawing to the bottom."""
    if item.node is not None:
        item.width, item.height = max(broadest, text.width) + 2 * PADDING, text.height + 2 * PADDING - 4
    elif item.jumps_to is not None:
        item.width, item.height = text.width + 2 * PADDING, CHIP_HEIGHT
    elif spacing.direction == "right":
        item.height = _BEND_HEIGHT
    else:
        item.width = _BEND_HEIGHT
    if spacing.direction == "down":
        item.transpose()
    if item.node is not None:
        item.height = max(item.height, max(spacing.before(item), spacing.after(item)) + 6)
