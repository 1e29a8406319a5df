# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sentences and names of a file, and the phrases that none of them may contain."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import polib

#: phrase -> what to write instead
BANNED = {
    # obscure subjects and objects: name the thing
    r"(?:^|[.:;*-] )What (?![^.?]*\?)": "name the thing",
    r"(?:^|[.:;*-] )Who (?![^.?]*\?)": "name the person or the program",
    r"\b(?:of|to|for|with|from|by|at|in|on|than|as|like|after|before) what (?!to\b)": (
        "name the thing"
    ),
    r"\bwhat (?:is|was|are|were) (?:gone|left|there|new|wrong|missing)\b": (
        "name the thing"
    ),
    r"\b(?:whoever|whomever|becomes? of|became of)\b": "name the thing",
    r"\b(?:that|those|all) which\b": "that",
    # causatives
    r"\b[Hh]ave (?:nobody|nothing|somebody|someone|it|them) \w+": "use the verb",
    r"^Have (?:\w+ ){1,5}?(?:\w+ed|told|made|seen|kept|sent|read|put)\b": (
        "use the verb"
    ),
    r"(?:^|[.:;] )Have (?:an?|the|another|each|every|all)\b": "use the verb",
    r"\b[Ll]et (?:nobody|nothing|no one)\b": "suppress, prevent",
    r"\bmakes? it known\b": "log, notify",
    r"^Be (?:an?|the|told|what)\b": "a noun phrase for a class",
    # archaic or translated words
    r"\bTells? whether\b|\btells? whether\b": "Return True if",
    r"\btells? (?:how|if|when|which|why|what|that|the|from)\b": "return, show",
    r"\b(?:is|are|was|were|be|been|being) told\b|\b(?:told|tells?) of\b": "notify",
    r"\b(?:anew|befalls?|befell|lest|thereof|whence|hitherto|henceforth)\b": "again",
    r"\bbe it\b": "whether",
    r"\bmend(?:s|ed|ing)?\b": "repair, fix",
    r"\bfor ever\b": "forever",
    r"\b(?:shall|till|comes? by)\b": "must, until, find",
    r", say[,.;:)]": "for example",
    r"\btakes? for granted\b|\bmade[- ]up\b": "presuppose, generate",
    r"\bhands? out\b|\bspoken to\b": "return, request",
    r"\bdoes otherwise\b|\bsays? otherwise\b": "differs",
    r"\ball the same\b": "nevertheless",
    r"\bof (?:its|their|his|one's) own\b|\bof (?:our|your|my) own\b(?! \w)": (
        "separate, own"
    ),
    r"\bat last\b|\bin the end\b": "finally",
    r"\bat once\b": "immediately, together",
    r"\bby (?:itself|themselves)\b": "automatically, alone",
    r"\b(?:ours|theirs)\b": "local, remote",
    r"\b(?:is|are|was|were|be) (?:not |still |already |all |only )?there\b"
    r"(?! (?:is|are|was|were))": "exists",
    r"\bnot there\b|\bmissing there\b|\bover there\b": "does not exist",
    r"(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b)": "is not a",
    r"\bas long as\b": "while, if",
    r"\b(?:bears?|bore|borne)\b": "have",
    r"\bmeets? (?:an?|the|its) (?:\w+ )?id\b": "find",
    r"\bgone\b": "deleted",
    r"\b(?:stands?|stood) (?:in|at|on|beside|behind|before|above|here|there)\b": "is",
    r"\bin no time\b|\bmeanwhile of\b": "quickly",
    # metaphors
    r"\b(?:rooms?|houses?|walks?|walked|walking|desks?|patience|neighbou?rs?)\b": (
        "the literal word"
    ),
    r"\b(?:arrows?) (?:point|way)": "dependency",
    # the glossary of the project
    r"\b(?:heard|unheard|audiences?)\b": "subscriptions",
    r"\boccurrences?\b": "queued event",
    r"\bmoments?\b": "timestamp, time",
    r"\bthis side\b": "local",
    r"\blooking again\b|\blook(?:ed|s)? again\b": "incremental import, search again",
}
PHRASES = [(re.compile(phrase, re.I), instead) for phrase, instead in BANNED.items()]
#: attributes of views that the user reads
SHOWN = {"string", "help", "confirm", "placeholder", "title", "sum", "alt"}
#: place of labels and helps of fields in a template
FIELDS = "model:ir.model.fields"

Sentences = Iterator[tuple[int, str]]


def find_banned(path: Path) -> list[str]:
    """Return the banned phrases of a file, with line and remedy."""
    readers = {".py": read_python, ".xml": read_xml, ".pot": read_template}
    return [
        f"{path.name}:{line}: {context!r}: {instead}"
        for line, text in readers.get(path.suffix, read_page)(path)
        for context, instead in search(text)
    ]


def search(text: str) -> Iterator[tuple[str, str]]:
    # without literals, and labels of buttons
    text = re.sub(r"``[^`]*``|(?<!\*)\*[^*\s][^*]*\*(?!\*)", "``", text)
    text = " ".join(text.split())
    for phrase, instead in PHRASES:
        for match in phrase.finditer(text):
            yield text[max(0, match.start() - 25) : match.end() + 25], instead


def read_python(path: Path) -> Sentences:
    """Yield comments, texts, and the names of functions and classes as sentences."""
    text = path.read_text()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("#: ")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if " " in node.value:
                yield node.lineno, node.value
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            words = node.name.removeprefix("test_").strip("_").replace("_", " ")
            yield node.lineno, words


def read_xml(path: Path) -> Sentences:
    for element in ElementTree.parse(path).iter():
        shown = (value for name, value in element.items() if name in SHOWN)
        for text in (element.text, element.tail, *shown):
            if text and " " in text.strip():
                yield 0, text


def read_template(path: Path) -> Sentences:
    """Yield the terms, except those of fields only: the code has them, or Odoo's."""
    for entry in polib.pofile(path):
        places = [place for place, _line in entry.occurrences]
        if not places or any(not place.startswith(FIELDS) for place in places):
            yield entry.linenum, entry.msgid


def read_page(path: Path) -> Sentences:
    """Yield the paragraphs of a page."""
    line = 1
    for paragraph in re.split(r"(\n\s*\n)", path.read_text()):
        yield line, paragraph
        line += paragraph.count("\n")
