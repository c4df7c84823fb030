"""Gradescope: `assignment_9100_export/submission_12345/...` and `submission_metadata.yml`.

The metadata says who handed in each folder, with number, address and time; the hand-in of a group
belongs to each of its members. Source: the export of "Review grades" at gradescope.com, and guides
to it (help.gradescope.com, "Export evaluations and submissions").
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from typing import Any

import yaml

from autograder.errors import Malformed
from autograder.handin.download import Arrived, Download
from autograder.handin.systems.reading import Piece, Reading, Who

METADATA = "submission_metadata.yml"
LONGEST = 64 << 20
OWN = {METADATA, "scores.csv", "metadata.yml"}


class Plain(yaml.SafeLoader):
    """YAML whose Ruby objects are read as the values that they are written with."""


def plainly(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    """The value of a node with a tag of Ruby's."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


Plain.add_multi_constructor("!ruby/", plainly)


def read(download: Download) -> Reading:
    """The files of each submitter."""
    reading = Reading()
    about = next((file for file in download.files if file.base == METADATA), None)
    submissions = metadata(about) if about else {}
    for file in download.files:
        place = next((i for i, part in enumerate(file.parts) if part in submissions), None)
        if place is None:
            if file.base in OWN:
                reading.aside.append((file, "Gradescope's own list"))
            else:
                why = "it lies in no folder that submission_metadata.yml names"
                reading.unknown.append((file, why))
            continue
        folder = file.parts[place]
        name = "/".join(file.parts[place + 1 :]) or file.base  # in a flat export, files are named
        when = time_of(submissions[folder].get(":created_at"))
        attempt = (when.isoformat() if when else "", folder)
        submitters = list(people(submissions[folder], folder))
        for who in submitters:
            reading.add(Piece(who, file, name, attempt, when))
        if not submitters:
            reading.unknown.append((file, f"{METADATA} names nobody for {folder}"))
    return reading


def metadata(file: Arrived) -> dict[str, dict[str, Any]]:
    """What the metadata says of each folder; nothing where it cannot be read."""
    try:
        content = yaml.load(file.content(LONGEST), Loader=Plain)
    except (Malformed, yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {str(name): each for name, each in content.items() if isinstance(each, dict)}


def people(submission: dict[str, Any], place: str) -> Iterator[Who]:
    """Those who handed a submission in, known by number, address and name.

    A number is typed in by the instructor, and may be the same for several: who differs in number,
    address or name is another person, and so is everybody of whom only a name is known.
    """
    submitters = submission.get(":submitters")
    for each in submitters if isinstance(submitters, list) else []:
        if isinstance(each, dict):
            number, address, name = (
                str(each.get(f":{key}") or "") for key in ("sid", "email", "name")
            )
            if folder := number or address or name:
                key = f"{number}/{address.casefold()}" if address else f"{number}/{name}/"
                yield Who.of(
                    folder, name, [number, address], key=key if number or address else key + place
                )


def time_of(value: Any) -> datetime | None:
    """A time in the metadata: a timestamp, a text, or Ruby's object with `utc`; or None."""
    if isinstance(value, dict):
        value = value.get("utc") or value.get("time")
    if isinstance(value, str):
        text = value.strip().replace(" Z", "+00:00").replace(" UTC", "+00:00")
        try:
            value = datetime.fromisoformat(text[:26] + text[29:] if "." in text else text)
        except ValueError:
            return None
    if not isinstance(value, date):
        return None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)
