#!/usr/bin/env python3
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Draw the pictures of the documentation. Run this file after changing a picture.

The colours are legible on light and dark pages.
"""

from __future__ import annotations

from pathlib import Path

from shapes import Arrow, Box, Frame, Picture

FOLDER = Path(__file__).parent
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
