"""Reading zip archives from strangers: their list of files and the bytes of one, within limits.

Nothing is unpacked to a path that an archive names, and no archive inside an archive is opened. The
sizes that an archive declares are not believed: what is read is counted as it comes.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from autograder.errors import Malformed
from autograder.handin.choosing import Candidate, chosen

MAX_ENTRIES = 50_000
MAX_DIRECTORY = 16 << 20  # bytes of an archive's table of contents, which is read as a whole
CHUNK = 64 << 10
END = struct.Struct("<4s4H2LH")  # end of central directory
END64 = struct.Struct("<4sQ2H2L4Q")  # the same in Zip64
LOCATOR = struct.Struct("<4sLQL")  # where that lies
FIELD = struct.Struct("<2H")  # the head of an extra field: its kind, and its length
READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of which a chunk can be asked for
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error),
    UnicodeDecodeError,  # a name that says that it is UTF-8
)
IGNORED = re.compile(r"(^|/)(__MACOSX|\.[^./][^/]*|Thumbs\.db|desktop\.ini)(/|$)")


@dataclass(frozen=True)
class Entry:
    """One file in an archive: its path in it, and why it must not be read, if so."""

    name: str
    info: zipfile.ZipInfo
    trouble: str

    @property
    def base(self) -> str:
        """The file's own name."""
        return PurePosixPath(self.name).name


def malformed(name: str, what: str, hint: str = "Hand in the notebook itself.") -> Malformed:
    """A FORMAT fault of the archive `name`."""
    return Malformed("a notebook, or an archive of one", f"{name} {what}", hint=hint)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive on the disk. Raises Malformed for anything but a sound one of sensible size."""
    with open(path, "rb", opener=without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise malformed(path.name, "is no file")
        with archive_in(file, path.name) as archive:
            yield archive


@contextlib.contextmanager
def archive_in(file: BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    """The archive `name`, once its table of contents is known to be of a sensible size.

    Raises Malformed for what is no archive, for a broken one and for one with too many files.
    """
    try:
        entries, directory = announced(file, file.seek(0, os.SEEK_END))
        if entries > MAX_ENTRIES or directory > MAX_DIRECTORY:
            raise malformed(name, f"holds too many files ({entries:,})")
        with zipfile.ZipFile(file) as archive:
            archive.filename = name
            yield archive
    except BROKEN:
        raise malformed(
            name, "is no zip archive, or a damaged one", "Zip it again, or hand in the file."
        ) from None


def without_waiting(path: str, flags: int) -> int:
    """Open a file so that a pipe, which nobody writes to, is not waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def announced(file: BinaryIO, size: int) -> tuple[int, int]:
    """How many entries an archive says it has, and how many bytes they are listed in.

    All ones stand for more than fits, or for a record of Zip64, which SharePoint always writes.
    """
    file.seek(max(0, size - END.size - 65_535))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise zipfile.BadZipFile("no end of central directory")
    end = END.unpack_from(tail, at)
    if 0xFFFF in (end[3], end[4]) or 0xFFFFFFFF in end[5:7]:
        return announced_in_zip64(file, tail[:at]) or (end[4], end[5])
    return end[4], end[5]


def announced_in_zip64(file: BinaryIO, before: bytes) -> tuple[int, int] | None:
    """The same from the record of Zip64 that a locator just before the end points to, if any."""
    at = len(before) - LOCATOR.size
    if at < 0 or not before.startswith(b"PK\x06\x07", at):
        return None
    file.seek(min(LOCATOR.unpack_from(before, at)[2], 1 << 62))
    record = file.read(END64.size)
    file.seek(0)
    if len(record) < END64.size or not record.startswith(b"PK\x06\x06"):
        return None
    fields = END64.unpack(record)
    return fields[7], fields[8]


def entries(archive: zipfile.ZipFile) -> list[Entry]:
    """The files of an archive, without folders and what a system leaves beside them."""
    every = every_entry(archive)
    return [each for each in every if each.name[-1:] != "/" and not IGNORED.search(each.name)]


def every_entry(archive: zipfile.ZipFile) -> list[Entry]:
    """All files and folders of an archive. Raises Malformed where they are too many."""
    listed = archive.infolist()
    if len(listed) > MAX_ENTRIES:
        raise malformed(archive.filename or "", "holds too many files")
    return [Entry(readable_name(info), info, trouble(info)) for info in listed]


def readable_name(info: zipfile.ZipInfo) -> str:
    """An entry's path, with `/` between its parts, in its intended encoding.

    Without the flag for UTF-8 the format says code page 437, and many programs write UTF-8 anyway.
    Info-ZIP then has the name in a field of its own.
    """
    name = info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = unicode_path(info) or name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def unicode_path(info: zipfile.ZipInfo) -> str:
    """The name in Info-ZIP's Unicode Path field (4.6.9 of the format's description), if any.

    It holds a check sum of the name without it: one that differs was left over by a renaming.
    """
    extra = info.extra
    while len(extra) >= FIELD.size:
        kind, length = FIELD.unpack_from(extra)
        body, extra = extra[FIELD.size :][:length], extra[FIELD.size + length :]
        if kind == 0x7075 and len(body) > 5 and body[0] == 1:
            (check,) = struct.unpack_from("<L", body, 1)
            plain = info.orig_filename.encode("cp437")
            return body[5:].decode("utf-8") if zlib.crc32(plain) == check else ""
    return ""


def trouble(info: zipfile.ZipInfo) -> str:
    """Why an entry must not be read; empty when it may."""
    name = info.orig_filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        return "a path that leads out of it"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link or a device"
    if info.flag_bits & 0x1:
        return "an encrypted file"
    if info.compress_type not in READABLE:
        return "a file that is compressed in an unusual way"
    if info.header_offset < 0:
        return "a file that begins before the archive does"
    return "a file without a name" if "\0" in name or not name else ""


def content(archive: zipfile.ZipFile, entry: Entry, limit: int) -> bytes:
    """The bytes of one file. Raises Malformed where they are more than `limit`, or damaged."""
    name = archive.filename or ""
    if entry.trouble:
        raise malformed(name, f"holds {entry.trouble} ({shown([entry.name])})")
    found = bytearray()
    try:
        with archive.open(entry.info) as file:
            while chunk := file.read(CHUNK):
                found += chunk
                if len(found) > limit:
                    raise malformed(name, f"holds a file larger than {limit >> 20} MB")
    except BROKEN:
        raise malformed(name, f"is damaged: {shown([entry.name])} cannot be read") from None
    return bytes(found)


def notebook_in(name: str, packed: bytes, assignment: str, limit: int) -> tuple[str, bytes]:
    """Name and bytes of the one file of `assignment` in the bytes of a student's archive `name`.

    Raises Malformed when there is none or more than one, and for anything in the archive that only
    an attack, or an accident, puts there.
    """
    with archive_in(io.BytesIO(packed), name) as archive:
        listed = entries(archive)
        for entry in listed:
            if entry.trouble:
                raise malformed(name, f"holds {entry.trouble} ({shown([entry.name])})")
        found = chosen(
            assignment,
            [Candidate(entry.base, partial(content, archive, entry, limit)) for entry in listed],
        )
        wanted = [listed[place] for place in found]
        if len(wanted) == 1:
            return wanted[0].base, content(archive, wanted[0], limit)
        names = shown([entry.name for entry in wanted or listed])
        if wanted:
            raise malformed(
                name,
                f"holds {len(wanted)} notebooks for {assignment}: {names}",
                "Leave one of them in it. A class's archive is unpacked by `autograder collect`.",
            )
        raise malformed(name, f"holds no {assignment}.ipynb; it holds {names or 'nothing'}")


def shown(names: Sequence[str]) -> str:
    """A few file names, each on one line and not too long."""
    kept = ["".join(c if c.isprintable() else "?" for c in name)[:60] for name in names[:3]]
    return ", ".join(kept) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
