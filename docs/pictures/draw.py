#!/usr/bin/env python3
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Draw the pictures of the documentation. Run this file after changing a picture.

The colours are legible on light and dark pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parent
COLOURS = {
    "trigger": "#5f6b7a",
    "job": "#8a5a12",
    "suite": "#33598f",
    "connector": "#2f7250",
    "other": "#5f6b7a",
}
LINE = "#7d8898"
LINE_HEIGHT = 17

FRENCH = {
    "How records are imported": "Comment les enregistrements sont importés",
    "How records are exported": "Comment les enregistrements sont exportés",
    "cron": "cron",
    "button": "bouton",
    "webhook": "webhook",
    "batch importer": "importateur par lots",
    "adapter": "adaptateur",
    "searches, in pages": "recherche, par pages",
    "other system": "autre système",
    "job import_batch": "job import_batch",
    "job import_chunk, one for each chunk of records": (
        "job import_chunk, un pour chaque lot d’enregistrements"
    ),
    "reads": "lit",
    "binder": "binder",
    "finds": "trouve",
    "mapper": "mapper",
    "maps": "convertit",
    "Odoo": "Odoo",
    "create, write": "create, write",
    "binds": "lie",
    "a failing record": "enregistrement en échec",
    "gets a separate job": "reçoit un job séparé",
    "a record changes": "modification",
    "in Odoo": "d’un enregistrement",
    "event": "événement",
    "on_record_write": "on_record_write",
    "listener": "listener",
    "decides": "décide",
    "job export_record": "job export_record",
    "dependencies": "dépendances",
    "go first": "d’abord",
    "writes": "écrit",
    "commit": "commit",
    "keeps the link": "garde le lien",
}


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


def draw_import():
    picture = Picture("import_flow", "How records are imported", 740, 424)
    picture.add(Box("other", 4, 92, 116, ("other system",), 230))
    batch_job = Frame(160, 92, 572, 92, "job import_batch")
    for number, trigger in enumerate(("cron", "button", "webhook")):
        box = picture.add(Box("trigger", 261 + number * 130, 8, 110, (trigger,)))
        x, y = box.edges["bottom"]
        picture.add(Arrow((x, y), (x, batch_job.y)))
    pages = Box("connector", 176, 126, 220, ("adapter", "searches, in pages"))
    batch = Box("suite", 516, 126, 200, ("batch importer",))
    picture.add(batch_job, pages, batch)
    picture.add(Arrow(batch.edges["left"], pages.edges["right"]))
    chunk_job = Frame(
        160, 230, 572, 92, "job import_chunk, one for each chunk of records", 2
    )
    steps = [
        Box("connector", 176, 264, 96, ("adapter", "reads")),
        Box("suite", 288, 264, 92, ("binder", "finds")),
        Box("connector", 396, 264, 106, ("mapper", "maps")),
        Box("suite", 518, 264, 102, ("Odoo", "create, write")),
        Box("suite", 636, 264, 80, ("binder", "binds")),
    ]
    picture.add(chunk_job, *steps)
    picture.connect(*steps)
    picture.add(
        Arrow((446, batch_job.edges["bottom"][1]), (446, chunk_job.y)),
        Arrow((120, 150), pages.edges["left"], is_double=True),
        Arrow((120, 288), steps[0].edges["left"], is_double=True),
    )
    failing = picture.add(
        Box("job", 346, 368, 200, ("a failing record", "gets a separate job"))
    )
    picture.add(Arrow((446, 322), failing.edges["top"]))
    return picture


def draw_export():
    picture = Picture("export_flow", "How records are exported", 740, 300)
    story = [
        Box("trigger", 8, 8, 200, ("a record changes", "in Odoo")),
        Box("suite", 270, 8, 200, ("event", "on_record_write")),
        Box("connector", 532, 8, 200, ("listener", "decides")),
    ]
    picture.add(*story)
    picture.connect(*story)
    job = Frame(8, 100, 724, 92, "job export_record")
    steps = [
        Box("suite", 20, 134, 114, ("dependencies", "go first")),
        Box("connector", 166, 134, 110, ("mapper", "maps")),
        Box("connector", 308, 134, 110, ("adapter", "writes")),
        Box("suite", 450, 134, 110, ("binder", "binds")),
        Box("suite", 592, 134, 124, ("commit", "keeps the link")),
    ]
    picture.add(job, *steps)
    picture.connect(*steps)
    other = picture.add(Box("other", 293, 242, 140, ("other system",)))
    picture.add(
        Arrow(story[-1].edges["bottom"], (632, job.y)),
        Arrow((363, 182), other.edges["top"], is_double=True),
    )
    return picture


#: dependencies; a test compares them with the manifests
ARROWS = (
    ("connector_odoo_sale", "connector_odoo"),
    ("connector_odoo", "connector"),
    ("connector_odoo", "vodoo"),
    ("connector", "component_event"),
    ("connector", "queue_job"),
    ("component_event", "component"),
    ("component", "Odoo"),
)
PLACES = {
    "connector_odoo_sale": ("connector", 250, 8),
    "connector_odoo": ("connector", 250, 84),
    "vodoo": ("connector", 496, 84),
    "connector": ("suite", 250, 160),
    "queue_job": ("other", 496, 160),
    "component_event": ("suite", 250, 236),
    "component": ("suite", 250, 312),
    "Odoo": ("other", 250, 388),
}


def draw_architecture():
    picture = Picture("architecture", "Which addon may know which", 740, 444)
    boxes = {
        name: picture.add(Box(kind, x, y, 200, (name,)))
        for name, (kind, x, y) in PLACES.items()
    }
    for knowing, known in ARROWS:
        is_beside = boxes[knowing].y == boxes[known].y
        start, end = ("right", "left") if is_beside else ("bottom", "top")
        picture.add(Arrow(boxes[knowing].edges[start], boxes[known].edges[end]))
    return picture


def draw_all():
    """Return the text of each picture by the name of its file."""
    files = {}
    for picture in (draw_import(), draw_export(), draw_architecture()):
        files[f"{picture.name}.svg"] = picture.svg()
        if picture.name != "architecture":
            files[f"{picture.name}.fr.svg"] = picture.svg(FRENCH.__getitem__)
    return files


if __name__ == "__main__":
    for name, text in draw_all().items():
        (FOLDER / name).write_text(text)
