# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The summary of a reason: its text without the record that failed.

Errors of one backend with the same summary have one cause::

    product.product 39 (Concrete blocks): Unit 'Pallet of 48' does not exist
    product.product 40 (Bricks): Unit 'Pallet of 48' does not exist
                                 ─► Unit 'Pallet of 48' does not exist

Removed are the names and ids of the record, names of models, and numbers outside of
quotation marks, except an HTTP status. Quoted names of other records stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_SUMMARY = 200
_MAX_READ = 1000
GAP = "…"
#: first character that stands for a kept part: no text of a language has it
_PRIVATE = 0xF0000

_TRACEBACK = re.compile(r"^Traceback \(most recent call last\)", re.MULTILINE)
_RETRIES = re.compile(r"^Max\. retries \(\d+\) reached: ")
#: ``Contact "Ada" (ID 7): ``, as messages begin
_SUBJECT = re.compile(r"^[^:\"\n]{1,80} \"[^\"\n]*\" \(ID [^()\n]{1,200}\): ")
#: a text in quotation marks; an apostrophe within a word is none
_QUOTED = re.compile(
    r"\"[^\"\n]{1,120}\"|“[^”\n]{1,120}”|«[^»\n]{1,120}»"
    r"|(?<![^\W\d_])'[^'\n]{1,120}'(?![^\W_])"
)
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_DIGEST = re.compile(
    r"\b0x[0-9a-f]{4,}\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b",
    re.IGNORECASE,
)
#: ``res.partner(1, 2)``, as Odoo writes records
_RECORDS = re.compile(r"\b([a-z_0-9]+(?:\.[a-z_0-9]+)+)\([\d, …]*\)")
_STATUS = re.compile(r"(?<=: )[1-5]\d\d(?= [A-Z])")
_QUERY = re.compile(r"(https?://[^\s?#]+)[?#][^\s:,]*")
_ADDRESS = re.compile(r"https?://[^\s/]+")
#: a number, date or time that is not a part of a word
_NUMBER = re.compile(r"(?<![\w.…])[+-]?\d+(?:[.,:/-]\d+)*(?:[.,]?\d)*(?![\w…])")
_GAPS = re.compile(rf"{GAP}(?:[\s,;|/()\[\]]*{GAP})+")
_EMPTY = re.compile(rf"\s*[(\[]\s*(?:(?:ID|id)[\s=:]*)?{GAP}?\s*[)\]]")
_LEADING = re.compile(rf"^(?:[\s:,;.–-]|{GAP}|(?:ID|id)\b)+")


def summarize(
    reason: str, names: Iterable[object] = (), models: Iterable[str] = ()
) -> str:
    """Return the summary of a reason.

    :param names: names and ids of the record that failed
    :param models: technical names and descriptions of its models
    """
    text = _first_lines(_RETRIES.sub("", reason.strip()))[:_MAX_READ]
    text = _SUBJECT.sub("", text)
    kept: list[str] = []

    def keep(match: re.Match) -> str:
        if match[0][1:-1] == GAP:  # the name of the record
            return GAP
        kept.append(match[0])
        return chr(_PRIVATE + len(kept) - 1)

    texts = sorted({str(each) for each in names if each}, key=len, reverse=True)
    for each in texts:
        text = _without(text, each)
    text = _QUERY.sub(r"\1", text)
    for pattern in (_QUOTED, _STATUS, _ADDRESS):
        text = pattern.sub(keep, text)
    for each in sorted(filter(None, models), key=len, reverse=True):
        text = _without_model(text, each)
    text = _RECORDS.sub(GAP, text)
    for pattern in (_UUID, _DIGEST, _NUMBER):
        text = pattern.sub(GAP, text)
    for pattern, by in ((_EMPTY, ""), (_GAPS, GAP), (_LEADING, "")):
        text = pattern.sub(by, text)
    for number, each in enumerate(kept):
        text = text.replace(chr(_PRIVATE + number), each)
    text = " ".join(text.split()) or " ".join(reason.split())
    text = text[:1].upper() + text[1:]
    return text if len(text) <= MAX_SUMMARY else f"{text[: MAX_SUMMARY - 1]}{GAP}"


def without_quotes(summary: str) -> str:
    """Return a summary without the names that it quotes."""
    return _QUOTED.sub(GAP, summary)


def _first_lines(reason: str) -> str:
    """Return the beginning of a reason: a short first line needs the second."""
    match = _TRACEBACK.search(reason)
    if match and match.start():
        reason = reason[: match.start()]
    lines = [line.strip() for line in reason.splitlines() if line.strip()]
    if not lines:
        return ""
    return " ".join(lines[:2]) if len(lines[0]) < 40 else lines[0]


def _without_model(text: str, name: str) -> str:
    """Return a text without the name of a model where a record or nothing follows.

    ``Product`` stays in ``Product Unit of Measure``, and ``shop.product`` in the name
    of the component ``shop.product.import.mapper``.
    """
    pattern = rf"(?<![\w.]){re.escape(name)}(?!\.\w)(?=\s*(?:[^\w\s]|\d|$))"
    return re.sub(pattern, GAP, text)


def _without(text: str, part: str) -> str:
    """Return a text without a part, where it is not within a word or a number."""
    pattern = rf"(?<![\w.]){re.escape(part)}(?!\w|\.\w)"
    return re.sub(pattern, GAP, text)
