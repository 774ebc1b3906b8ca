"""Reading a caseload bundle: a folder or a zip goes in, typed rows or every reason why not come out.

Nothing here knows the database or the clock: what was imported before is asked of a function that is passed
in, and so is today. No rule of law is checked: an order the court should not have made is still the court's
order, and the importer brings it in as queried.
"""

from __future__ import annotations

import hashlib
import io
import re
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, cast

from assessments.domain.lscmi import bands_on
from justice.caseload.checks import BandsOn, Known, check
from justice.caseload.format import (
    BY_NAME,
    BYTES_AT_MOST,
    FILES,
    FILES_AT_MOST,
    RATIO_AT_MOST,
    RATIO_COUNTS_FROM,
    ROWS_AT_MOST,
)
from justice.caseload.problems import FileProblem, Problems, meant, report_lines
from justice.caseload.tables import DAMAGED, ROWS, Table, lines_of, read_table

__all__ = [
    "Bundle",
    "FileProblem",
    "Known",
    "Parsed",
    "Problems",
    "ROWS",
    "open_bundle",
    "read",
    "report_lines",
]

_NOTES = frozenset({".txt", ".md", ".json"})  # may lie beside the tables, and are not read
_PACKED = frozenset({".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".tar", ".rar", ".zst"})
_END_OF_ZIP = b"PK\x05\x06"
_END_OF_ZIP64 = b"PK\x06\x07"
_END_BYTES = 22
_ZIP_LIST_BYTES_AT_MOST = 1024 * 1024  # the list of members of a zip: ample for FILES_AT_MOST of them


class Parsed(NamedTuple):
    """What a bundle holds: its rows by table, or its problems and no rows at all.

    `counts` are the rows read of each table, problems or none. `digest` names the content of the tables,
    whether they came in a folder or a zip.
    """

    tables: dict[str, list[Any]]
    problems: Problems
    counts: dict[str, int]
    digest: str


@dataclass
class Bundle:
    """The files of a bundle, each opened when it is read; and what is wrong with the folder or zip itself."""

    name: str
    problems: Problems = field(default_factory=Problems)
    members: dict[str, Callable[[], BinaryIO]] = field(default_factory=dict)
    archive: zipfile.ZipFile | None = None

    def __enter__(self) -> Bundle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.archive:
            self.archive.close()


def open_bundle(path: str | Path) -> Bundle:
    """The bundle at the path: a folder, or a zip of one. What is wrong with it is for `read` to report."""
    path = Path(path)
    bundle = Bundle(path.name)
    if path.is_dir():
        _open_folder(bundle, path)
    elif path.is_file():
        try:
            _open_zip(bundle, path)
        except DAMAGED:
            _refuse(bundle, "", "this is not a zip, or it is damaged; give a folder, or a zip of one")
    else:
        _refuse(bundle, "", "there is no folder or zip of this name")
    if not bundle.members and not bundle.problems:
        _refuse(bundle, "", "none of the files of a caseload is in it")
    return bundle


def read(bundle: Bundle, *, known: Known, today: date, bands: BandsOn = bands_on) -> Parsed:
    """Every row of the bundle with its cells understood, or every problem in every file.

    `known(table, references)` gives those of the references that were imported before; see checks.Known. `bands`
    gives the council's bands of the LS/CMI on a day.
    """
    problems = bundle.problems
    digest = hashlib.sha256()
    tables: dict[str, Table] = {}
    room = ROWS_AT_MOST
    for file in FILES:
        if file.name in bundle.members:
            digest.update(file.name.encode())
            table = tables[file.table] = Table(file)
            try:
                stream = bundle.members[file.name]()
            except DAMAGED:
                problems.add(file.name, "cannot be opened: damaged, or not for us to read; give it afresh")
                continue
            with stream:
                read_table(table, lines_of(file, stream, digest, problems), problems, room)
            room -= len(table.rows)
    check(tables, known, today, problems, bands)
    counts = {name: len(table.rows) for name, table in tables.items()}
    rows = (
        {}
        if problems
        else {file.table: tables[file.table].rows if file.table in tables else [] for file in FILES}
    )
    return Parsed(rows, problems, counts, digest.hexdigest())


# Folders and zips


def _refuse(bundle: Bundle, found: str, message: str) -> None:
    bundle.problems.add("", message, found=found)


def _open_folder(bundle: Bundle, folder: Path) -> None:
    size = 0
    for number, path in enumerate(sorted(folder.iterdir())):
        if number == FILES_AT_MOST:
            _refuse(
                bundle,
                "",
                f"more than {FILES_AT_MOST} files; put the files of one caseload in a folder of their own",
            )
            break
        if _left_by_a_system(path.name):
            continue
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            _refuse(bundle, path.name, "this is a link; put the file itself in the folder")
        elif path.is_dir():
            _refuse(bundle, path.name, "this is a folder; put the files side by side")
        elif _expected(bundle, path.name):
            size += path.stat().st_size
            bundle.members[path.name] = _opener(path)
    if size > BYTES_AT_MOST:
        bundle.members.clear()
        _refuse(
            bundle,
            "",
            f"the files come to more than {BYTES_AT_MOST // 1024 // 1024} MB; bring them in by parts",
        )


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _left_by_a_system(path: str) -> bool:
    """Files that operating systems put into folders and zips unasked."""
    first, last = path.split("/")[0], path.split("/")[-1]
    return first == "__MACOSX" or last.startswith(".") or last.lower() in ("thumbs.db", "desktop.ini")


def _expected(bundle: Bundle, name: str) -> bool:
    """Whether this is a file of the format; if it is none, and no note either, that is a problem."""
    if name in BY_NAME:
        return True
    stem, suffix = PurePosixPath(name).stem.lower(), PurePosixPath(name).suffix.lower()
    if suffix in _NOTES and f"{stem}.csv" not in BY_NAME:
        return False
    if suffix in _PACKED:
        message = "a packed file is not opened; unpack it and put its files beside the others"
    else:
        message = "not a file of the caseload format" + meant(f"{stem}.csv", list(BY_NAME))
    bundle.problems.add(name, message)
    return False


def _open_zip(bundle: Bundle, path: Path) -> None:
    with path.open("rb") as stream:
        if not _small_list(stream):
            _refuse(
                bundle,
                "",
                f"not a zip of at most {FILES_AT_MOST} files, or damaged; give a folder, or a zip of one",
            )
            return
    bundle.archive = archive = zipfile.ZipFile(path)
    members = [one for one in archive.infolist() if not _left_by_a_system(_path_of(one).rstrip("/"))]
    if len(archive.infolist()) > FILES_AT_MOST:
        _refuse(bundle, "", f"more than {FILES_AT_MOST} files; zip the files of one caseload alone")
        return
    files = [one for one in members if not _path_of(one).endswith("/")]
    top = _top_folder([_path_of(one) for one in files])
    names = {one: _path_of(one).removeprefix(top) for one in files}
    for one in members:
        _check_member(bundle, one)
    _check_sizes(bundle, files, path.stat().st_size)
    folded = [name.casefold() for name in names.values()]
    for name in sorted({name for name in names.values() if folded.count(name.casefold()) > 1}):
        _refuse(bundle, name, "this is in the zip twice; leave one of them out")
    if bundle.problems:
        return  # what is unsafe in one place is not opened in another
    for one, name in names.items():
        if "/" in name:
            _refuse(bundle, name, "this is in a folder of the zip; put the files side by side")
        elif _expected(bundle, name):
            bundle.members[name] = _member_opener(archive, one)


def _small_list(stream: BinaryIO) -> bool:
    """Whether the zip's own list of members may be read at all: half a million names would fill the memory."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _END_BYTES - 0xFFFF))
    tail = stream.read()
    place = tail.rfind(_END_OF_ZIP)
    if place < 0 or len(tail) - place < _END_BYTES or _END_OF_ZIP64 in tail[max(0, place - 20) : place]:
        return False
    count, list_bytes = struct.unpack_from("<HL", tail, place + 10)
    return count <= 0xFFFE and list_bytes <= _ZIP_LIST_BYTES_AT_MOST


def _path_of(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/")


def _top_folder(paths: list[str]) -> str:
    """The one folder that everything lies in, with its stroke; blank if the files lie open."""
    tops = {path.split("/")[0] for path in paths if "/" in path}
    if len(tops) != 1 or any("/" not in path for path in paths):
        return ""
    return tops.pop() + "/"


def _check_member(bundle: Bundle, member: zipfile.ZipInfo) -> None:
    path = _path_of(member)
    mode = member.external_attr >> 16
    if path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in path.split("/"):
        _refuse(bundle, path, "this path leads outside the zip; zip the folder afresh")
    elif stat.S_IFMT(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        _refuse(bundle, path, "this is a link; put the file itself in the zip")
    elif PurePosixPath(path).suffix.lower() in _PACKED:
        _refuse(
            bundle,
            path,
            "a packed file in a zip is not opened; unpack it and zip its files beside the others",
        )
    elif member.flag_bits & 1:
        _refuse(bundle, path, "this is locked with a password; zip the files without one")
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        _refuse(bundle, path, "this is packed in an unusual way; use the ordinary method of zip (deflate)")


def _check_sizes(bundle: Bundle, members: list[zipfile.ZipInfo], zip_bytes: int) -> None:
    """What the zip says it unpacks to. A member that says too little is cut off there, and fails its checksum."""
    unpacked = sum(one.file_size for one in members)
    if unpacked > BYTES_AT_MOST:
        _refuse(
            bundle,
            "",
            f"unpacks to more than {BYTES_AT_MOST // 1024 // 1024} MB; bring the caseload in by parts",
        )
    elif unpacked > RATIO_COUNTS_FROM and unpacked > RATIO_AT_MOST * zip_bytes:
        _refuse(
            bundle,
            "",
            f"unpacks to more than {RATIO_AT_MOST} times its size, as no caseload does; give the folder",
        )


def _member_opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, archive.open(member)), 1 << 16))
