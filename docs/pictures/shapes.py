# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Boxes, frames and arrows of a picture, as SVG."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

COLOURS = {
    "trigger": "#5f6b7a",
    "job": "#8a5a12",
    "suite": "#33598f",
    "connector": "#2f7250",
    "other": "#5f6b7a",
}
LINE = "#7d8898"
LINE_HEIGHT = 17


@dataclass(frozen=True)
class Box:
    """A filled box with its lines of text in the middle, the first one bold."""

    kind: str
    x: int
    y: int
    width: int
    lines: tuple[str, ...]
    height: int = 48

    def draw(self, translate):
        middle = self.x + self.width / 2
        top = self.y + self.height / 2 - (len(self.lines) - 1) * LINE_HEIGHT / 2 + 4.5
        yield (
            f'<rect x="{self.x}" y="{self.y}" width="{self.width}" '
            f'height="{self.height}" rx="6" fill="{COLOURS[self.kind]}"/>'
        )
        for number, line in enumerate(self.lines):
            weight = ' font-weight="600"' if number == 0 else ""
            yield (
                f'<text x="{middle:g}" y="{top + number * LINE_HEIGHT:g}" fill="#fff" '
                f'text-anchor="middle"{weight}>{escape(translate(line))}</text>'
            )

    @property
    def edges(self):
        middle_x, middle_y = self.x + self.width / 2, self.y + self.height / 2
        return {
            "left": (self.x, middle_y),
            "right": (self.x + self.width, middle_y),
            "top": (middle_x, self.y),
            "bottom": (middle_x, self.y + self.height),
        }


@dataclass(frozen=True)
class Frame:
    """A dashed frame for a job; several frames behind it mean several jobs."""

    x: int
    y: int
    width: int
    height: int
    title: str
    behind: int = 0

    def draw(self, translate):
        for number in range(self.behind, -1, -1):
            away = 5 * number
            yield (
                f'<rect x="{self.x + away}" y="{self.y - away}" width="{self.width}" '
                f'height="{self.height}" rx="8" fill="none" stroke="{COLOURS["job"]}" '
                f'stroke-dasharray="5 4" opacity="{1 if not number else 0.5}"/>'
            )
        yield (
            f'<rect x="{self.x}" y="{self.y}" width="{self.width}" height="24" rx="6" '
            f'fill="{COLOURS["job"]}"/>'
            f'<text x="{self.x + 12}" y="{self.y + 16.5}" fill="#fff" '
            f'font-weight="600">{escape(translate(self.title))}</text>'
        )

    @property
    def edges(self):
        return Box("job", self.x, self.y, self.width, (), self.height).edges


@dataclass(frozen=True)
class Arrow:
    """A line from the edge of one box to that of another, in right angles."""

    start: tuple[float, float]
    end: tuple[float, float]
    is_double: bool = False

    def draw(self, translate):
        (x1, y1), (x2, y2) = self.start, self.end
        if x1 == x2 or y1 == y2:
            path = f"M{x1:g} {y1:g} L{x2:g} {y2:g}"
        else:
            middle = (y1 + y2) / 2
            path = f"M{x1:g} {y1:g} V{middle:g} H{x2:g} V{y2:g}"
        start = ' marker-start="url(#head)"' if self.is_double else ""
        yield (
            f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.6" '
            f'marker-end="url(#head)"{start}/>'
        )


@dataclass
class Picture:
    """One drawing, as a file of SVG."""

    name: str
    title: str
    width: int
    height: int
    items: list = field(default_factory=list)

    def add(self, *items):
        self.items += items
        return items[-1]

    def connect(self, *boxes):
        """Draw arrows along a row of boxes."""
        for left, right in zip(boxes, boxes[1:], strict=False):
            self.add(Arrow(left.edges["right"], right.edges["left"]))

    def svg(self, translate=lambda text: text):
        parts = [part for item in self.items for part in item.draw(translate)]
        return "\n".join(
            [
                '<svg xmlns="http://www.w3.org/2000/svg" '
                f'viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
                f'height="{self.height}" font-size="13" '
                'font-family="system-ui, sans-serif" role="img">',
                f"<title>{escape(translate(self.title))}</title>",
                '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" '
                'markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
                f'<path d="M0 0 L8 4 L0 8 z" fill="{LINE}"/></marker></defs>',
                *parts,
                "</svg>",
                "",
            ]
        )
