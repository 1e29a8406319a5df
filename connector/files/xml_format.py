# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""XML files of records, read as streams: one record for each element of a name.

An element that ended is deleted from the tree, so that memory holds one record. A
document type declaration is refused: no entity is expanded, no other file or address is
read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from .errors import BrokenFile, MissingLibrary
from .formats import Format, Row

#: elements inside one another
MAX_DEPTH = 200


class XML(Format):
    """Elements of one name: each is ``{child: text}``, whatever the namespace.

    A child with children is a dict, too; children of the same name are a list.
    Attributes are ``"@name"``; the text of an element with attributes is ``"#text"``.

    :param lists: names of children that are a list, also where there is one
    :param root: the name of the root of files that are written
    """

    def __init__(
        self, element: str, lists: Collection[str] = (), root: str = "records"
    ) -> None:
        self.element = element
        self.lists = {lists} if isinstance(lists, str) else set(lists)
        self.root = root

    def rows(self, stream: BinaryIO, name: str) -> Iterator[Row]:
        etree = _lxml()
        parser = etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            yield from self._read(parser, name)
        except etree.XMLSyntaxError as error:
            raise BrokenFile(
                f"{name}, line {error.lineno or 1}: the XML is not well-formed: "
                f"{error.msg}"
            ) from None

    def _read(self, parser: Any, name: str) -> Iterator[Row]:
        depth, inside, found, others = 0, 0, False, set()
        for event, element in parser:
            tag = _local(element.tag)
            if event == "start":
                depth += 1
                if depth == 1:
                    _refuse_doctype(element, name)
                if depth > MAX_DEPTH:
                    raise BrokenFile(
                        f"{name}, line {element.sourceline}: more than {MAX_DEPTH} "
                        "elements are inside one another."
                    )
                inside += bool(inside) or tag == self.element
                continue
            depth -= 1
            if inside:
                inside -= 1
                if inside:
                    continue
                found = True
                yield Row(element.sourceline, self._values(element))
            elif depth and len(others) < 20:
                others.add(tag)
            _forget(element)
        if not found and others:
            raise BrokenFile(
                f"{name}: it has no element {self.element!r}; found: "
                f"{', '.join(sorted(others))}. Set the name of the element, as in "
                "XML('order')."
            )

    def _values(self, element: Any) -> dict[str, Any]:
        """Return the values of a record: a dict also where it has no children."""
        value = self._value(element)
        return value if isinstance(value, dict) else {"#text": value}

    def _value(self, element: Any) -> Any:
        values: dict[str, Any] = {
            f"@{_local(key)}": text for key, text in element.attrib.items()
        }
        for child in element:
            if not isinstance(child.tag, str):  # an entity that is not expanded
                continue
            tag, value = _local(child.tag), self._value(child)
            if tag not in values:
                values[tag] = [value] if tag in self.lists else value
            elif isinstance(values[tag], list):
                values[tag].append(value)
            else:
                values[tag] = [values[tag], value]
        text = (element.text or "").strip()
        if not values:
            return text
        return {**values, "#text": text} if text else values

    def write(self, records: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield f"{head}<{self.root}>\n".encode()
        for record in records:
            yield f"{_element(self.element, record)}\n".encode()
        yield f"</{self.root}>\n".encode()


def _element(tag: str, value: Any) -> str:
    """Return the text of an element."""
    if isinstance(value, (list, tuple)):
        return "".join(_element(tag, each) for each in value)
    if isinstance(value, Mapping):
        content = "".join(_element(name, each) for name, each in value.items())
    else:
        content = "" if value is None or value is False else escape(str(value))
    return f"<{tag}>{content}</{tag}>"


def _refuse_doctype(root: Any, name: str) -> None:
    if root.getroottree().docinfo.doctype:
        raise BrokenFile(
            f"{name}: it has a document type declaration (<!DOCTYPE …>), which could "
            "read other files or fill the memory. Ask for a file without it."
        )


def _forget(element: Any) -> None:
    """Delete an element that was read, and those before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _lxml() -> Any:
    try:
        from lxml import etree  # noqa: PLC0415
    except ImportError:
        raise MissingLibrary(
            "XML files need the Python package lxml: pip install lxml"
        ) from None
    return etree
