"""One file that holds everything, and is known to: made, encrypted, opened again, restored, and in time deleted.

Inside is a compressed tar: the database, the folders of settings.KEPT_FOLDERS, and a manifest that says what all of
it must be. After the tar stand 64 characters, the SHA-256 of all before. In production the whole is encrypted to
settings.BACKUP_PUBLIC_KEY in the age format, so that anybody with the private key and the `age` tool can open it,
whatever became of this program.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

import justice
from justice.keeping import databases
from justice.keeping.contents import Contents, differences, nothing
from justice.keeping.databases import NotPossible, Tick

NAME = re.compile(r"justice-(\d{8}T\d{6}Z)\.tar\.gz(\.age)?")
FORMAT = 1
SUM = 64
UNFINISHED = ".making-"
CHUNK = 1024 * 1024
AGE = b"age-encryption.org/"


class Broken(Exception):  # noqa: N818  (a word of the house)
    """The file is not, or is no longer, a backup that can be trusted."""


class Refuses(Exception):  # noqa: N818  (a word of the house)
    """It would overwrite something, or write what must not be written; the message says what to do instead."""


@dataclass(frozen=True)
class Made:
    path: Path
    manifest: dict[str, Any]
    # Opens this one file, and is forgotten with this object: it never leaves the memory of the process.
    key: pyrage.x25519.Identity | None


def make(at: datetime, *, tick: Tick = nothing, of: BaseDatabaseWrapper = connection) -> Made:
    """Write one backup, encrypted to the public key; the name appears when all of it is on the disk."""
    public = settings.BACKUP_PUBLIC_KEY
    if not public and not settings.BACKUP_MAY_BE_PLAIN:
        raise Refuses(
            "BACKUP_PUBLIC_KEY is missing, and real records are not written unencrypted: make a pair of keys with "
            "age-keygen on a machine that is not this one, and give the public half, which begins with age1"
        )
    folder = Path(settings.BACKUP_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _clear_unfinished(folder)
    work = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        packed = work / "packed"
        manifest = _pack(packed, work, databases.of(of), at, tick)
        name = f"justice-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
        key = None
        if public:
            key, whole = pyrage.x25519.Identity.generate(), work / "whole"
            recipients = [pyrage.x25519.Recipient.from_str(public), key.to_public()]
            pyrage.encrypt_file(str(packed), str(whole), recipients)
            packed, name = whole, f"{name}.age"
        packed.chmod(0o600)
        with packed.open("rb") as written:
            os.fsync(written.fileno())
        packed.replace(folder / name)
        return Made(folder / name, manifest, key)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _clear_unfinished(folder: Path) -> None:
    """What a killed backup left, which is not encrypted: gone within an hour of the next one."""
    for left in folder.glob(f"{UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > timedelta(hours=1).total_seconds():
            shutil.rmtree(left, ignore_errors=True)


def _pack(
    packed: Path, work: Path, database: databases.Sqlite | databases.Postgresql, at: datetime, tick: Tick
) -> dict[str, Any]:
    dumped = work / database.file
    contents = database.dump(dumped, tick)
    sums: dict[str, str] = {database.file: _sum_of(dumped)}
    with packed.open("wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as tar:
            tar.add(dumped, database.file)
            for name, folder in settings.KEPT_FOLDERS.items():
                for file in _files(Path(folder)):
                    inside = f"{name}/{file.relative_to(folder).as_posix()}"
                    content = file.read_bytes()
                    sums[inside] = hashlib.sha256(content).hexdigest()
                    _add(tar, inside, content)
                    tick()
            manifest = {
                "format": FORMAT,
                "made_at": at.astimezone(UTC).isoformat(),
                "version": justice.__version__,
                "engine": database.kind,
                "engine_version": database.version(),
                "migrations": sorted(
                    f"{app}.{name}"
                    for app, name in MigrationRecorder(database.connection).applied_migrations()
                ),
                "contents": contents.as_json(),
                "folders": sorted(settings.KEPT_FOLDERS),
                "files": sums,
            }
            _add(tar, "manifest.json", json.dumps(manifest, indent=1).encode())
        raw.flush()
    total = _sum_of(packed)
    with packed.open("ab") as raw:
        raw.write(total.encode())
    dumped.unlink()
    return manifest


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, BytesIO(content))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _sum_of(file: Path, length: int | None = None) -> str:
    made, left = hashlib.sha256(), file.stat().st_size if length is None else length
    with file.open("rb") as read:
        while left > 0 and (chunk := read.read(min(CHUNK, left))):
            made.update(chunk)
            left -= len(chunk)
    return made.hexdigest()


# --- Opening -------------------------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path, keys: list[pyrage.x25519.Identity]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The folder with all that was in the file and its manifest, every part of it checked; gone afterwards."""
    path = Path(path)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=path.parent) as work:
        into = Path(work)
        packed = _decrypted(path, keys, into)
        size = packed.stat().st_size - SUM
        with packed.open("rb") as read:
            read.seek(max(size, 0))
            stated = read.read().decode("ascii", "replace")
        if size <= 0 or _sum_of(packed, size) != stated:
            raise Broken("its sum is not the one it was written with: the file is damaged or cut short")
        try:
            with tarfile.open(packed, "r:gz") as tar:
                tar.extractall(into / "all", filter="data")
            manifest = json.loads((into / "all" / "manifest.json").read_text())
            files = manifest["files"]
        except (tarfile.TarError, OSError, EOFError, ValueError, KeyError) as wrong:
            raise Broken(f"it cannot be read ({type(wrong).__name__})") from wrong
        if manifest["format"] != FORMAT:
            raise Broken(f"it is of format {manifest['format']}, which this version does not read")
        there = {file.relative_to(into / "all").as_posix() for file in _files(into / "all")} - {
            "manifest.json"
        }
        if there != set(files):
            raise Broken("the files in it are not those of its manifest")
        for name, total in files.items():
            if _sum_of(into / "all" / name) != total:
                raise Broken(f"{name} in it is not what its manifest says")
        yield into / "all", manifest


def _decrypted(path: Path, keys: list[pyrage.x25519.Identity], into: Path) -> Path:
    if not path.is_file():
        raise Broken(f"there is no file {path}")
    with path.open("rb") as read:
        encrypted = read.read(len(AGE)) == AGE
    if not encrypted:
        if path.name.endswith(".age"):
            raise Broken("it does not begin as an encrypted file does: the file is damaged")
        return path
    if not keys:
        raise Refuses(f"{path.name} is encrypted: give the file of the private key with --key-file")
    plain = into / "packed"
    try:
        pyrage.decrypt_file(str(path), str(plain), keys)
    except (pyrage.DecryptError, OSError, ValueError) as wrong:
        raise Broken("it does not open with this key: another key made it, or the file is damaged") from wrong
    return plain


def keys_in(file: Path) -> list[pyrage.x25519.Identity]:
    """The private keys in a file as age-keygen writes it."""
    found = [line.strip() for line in file.read_text().splitlines() if line.startswith("AGE-SECRET-KEY-")]
    if not found:
        raise Refuses(f"{file} holds no private key: a line of it begins with AGE-SECRET-KEY-1")
    return [pyrage.x25519.Identity.from_str(line) for line in found]


# --- The drill and the restoring -----------------------------------------------------------------------------------


def drill(
    path: Path,
    keys: list[pyrage.x25519.Identity],
    *,
    tick: Tick = nothing,
    beside: BaseDatabaseWrapper = connection,
) -> list[str]:
    """Restore the file into a scratch database and compare all of it; what was wrong, in words."""
    database = databases.of(beside)
    try:
        with opened(path, keys) as (folder, manifest):
            if manifest["engine"] != database.kind:
                return [f"it is of {manifest['engine']}, and the database here is {database.kind}"]
            with database.scratch(folder / database.file, tick) as found:
                return differences(Contents.from_json(manifest["contents"]), found)
    except (Broken, NotPossible) as wrong:
        return [str(wrong)]


def restore(
    path: Path,
    keys: list[pyrage.x25519.Identity],
    *,
    over: bool,
    at: datetime,
    to: BaseDatabaseWrapper = connection,
) -> dict[str, Any]:
    """Make database and folders what they were; the manifest is checked before anything is touched.

    With `over`, what the database holds is lost; folders that hold something are set aside under another name.
    """
    database = databases.of(to)
    with opened(path, keys) as (folder, manifest):
        if manifest["engine"] != database.kind:
            raise Refuses(
                f"the backup is of {manifest['engine']} and DATABASE_URL names {database.kind}: name a database of "
                "that kind"
            )
        if database.version() < manifest["engine_version"]:
            raise Refuses(
                f"the backup is of {manifest['engine']} {manifest['engine_version']}, the server here is older"
            )
        held = [name for name in manifest["folders"] if _files(Path(settings.KEPT_FOLDERS[name]))]
        if not over and (held or not database.is_empty()):
            what = " and ".join([*([] if database.is_empty() else ["the database"]), *held])
            raise Refuses(
                f"{what} already hold something: restore into empty ones, or say --over to replace it"
            )
        found = database.load(folder / database.file)
        wrong = differences(Contents.from_json(manifest["contents"]), found)
        for name in manifest["folders"]:
            _put_back(folder / name, Path(settings.KEPT_FOLDERS[name]), at)
        if wrong:
            raise Broken("what was restored is not what the manifest says: " + "; ".join(wrong[:10]))
        return manifest


def _put_back(source: Path, target: Path, at: datetime) -> None:
    if _files(target):
        target.rename(target.with_name(f"{target.name}-before-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


# --- Keeping and letting go ----------------------------------------------------------------------------------------


def kept() -> list[tuple[datetime, Path]]:
    """The backups there are, newest first."""
    folder = Path(settings.BACKUP_FOLDER)
    found = (
        [(NAME.fullmatch(path.name), path) for path in folder.glob("justice-*")] if folder.is_dir() else []
    )
    dated = [
        (datetime.strptime(name[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), path)
        for name, path in found
        if name
    ]
    return sorted(dated, reverse=True)


def expire(at: datetime) -> list[str]:
    """Delete the backups past the policy; their names. To be called once a new one is known to be good."""
    oldest = at - timedelta(days=settings.BACKUP_KEEP_DAYS)
    gone = [path for made, path in kept() if made < oldest]
    for path in gone:
        path.unlink()
    return [path.name for path in gone]
