"""What the site is made of, whether any of it is known to be broken, and on what terms it may be used.

    ./run audit                       with ADVISORIES=folder naming a copy of the Python advisories (OSV, JSON or YAML)

Writes var/sbom.json, the bill of materials. An answer of "clean" is given only when every installed package was held
against advisories of the last seven days: whatever was skipped, and advisories that are older, are said instead.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

BASE = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("VAR_DIR", BASE / "var"))
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-tools.txt", "requirements-node.txt")
FRESH = timedelta(days=7)

# Terms under which a package may be here: each may be used beside code under any licence. Of the LGPL only what is
# used as it comes and is not built into anything of ours (psycopg2); of what is offered under several, one is enough.
ALLOWED = re.compile(
    r"\b(MIT|MIT-CMU|MIT-0|0?BSD|BSD-[023]-Clause|BSD License|Apache|ISC|MPL|Mozilla|PSF|PSFL|Python Software|Python-2"
    r"|LGPL|Library or Lesser|Unlicense|HPND|OFL|Zlib|CC0|Artistic)",
    re.IGNORECASE,
)
# Packages whose own metadata says nothing that can be read, and the licence in their files.
SAID_ELSEWHERE = {"pyrage": "MIT", "axe-playwright-python": "MIT"}


def installed() -> dict[str, str]:
    """Every package of this environment with its version."""
    return {canonicalize_name(one.metadata["Name"]): one.version for one in metadata.distributions()}


# --- Locked ---------------------------------------------------------------------------------------------------------


def without_hash(text: str) -> list[str]:
    """The requirements of a lock that anything could be put in the place of."""
    joined = text.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [line.split()[0] for line in lines if "==" not in line or "--hash=sha256:" not in line]


# --- The bill of materials ------------------------------------------------------------------------------------------


def bill_of_materials(to: Path) -> dict[str, Any]:
    """Write the bill of what is installed, alike whenever nothing has changed, and return it."""
    to.parent.mkdir(parents=True, exist_ok=True)
    line = (sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON")
    subprocess.run([*line, "-o", str(to)], check=True, capture_output=True, cwd=BASE)
    made: dict[str, Any] = json.loads(to.read_text(encoding="utf-8"))
    return made


# --- Advisories -----------------------------------------------------------------------------------------------------


@dataclass
class Advisory:
    """One fault that is known of a package, and the versions that have it."""

    number: str
    package: str
    modified: datetime
    affected: list[dict[str, Any]]

    def touches(self, version: str) -> bool:
        for part in self.affected:
            if version in part.get("versions", []):
                return True
            if any(
                between(one.get("events", []), version)
                for one in part.get("ranges", [])
                if one.get("type") == "ECOSYSTEM"
            ):
                return True
        return False


def between(events: Iterable[Mapping[str, str]], version: str) -> bool:
    """Whether a version lies where a range of an advisory has begun and not ended."""
    asked, inside = Version(version), False
    steps = [(Version(at), kind) for event in events for kind, at in event.items() if kind != "limit"]
    for at, kind in sorted(steps, key=lambda step: step[0]):
        if kind == "introduced" and asked >= at:
            inside = True
        if (kind == "fixed" and asked >= at) or (kind == "last_affected" and asked > at):
            inside = False
    return inside


def advisories(folder: Path) -> list[Advisory]:
    """Every advisory about a Python package in a folder, however deep."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".json", ".yaml", ".yml"):
            continue
        text = path.read_text(encoding="utf-8")
        row = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        if not isinstance(row, dict) or "affected" not in row or row.get("withdrawn"):
            continue
        parts: dict[str, list[dict[str, Any]]] = {}
        for part in row["affected"]:
            if part["package"]["ecosystem"] == "PyPI":
                parts.setdefault(canonicalize_name(part["package"]["name"]), []).append(part)
        changed = row["modified"]
        if not isinstance(changed, datetime):
            changed = datetime.fromisoformat(str(changed).replace("Z", "+00:00"))
        changed = changed if changed.tzinfo else changed.replace(tzinfo=UTC)
        found += [Advisory(str(row["id"]), package, changed, part) for package, part in parts.items()]
    return found


@dataclass
class Audit:
    """What an audit may say of itself."""

    installed: int
    audited: int = 0
    age: timedelta | None = None  # of the newest advisory
    found: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def answer(self) -> str:
        if self.found:
            return "found"
        if self.age is None or not self.audited:
            return "not audited"
        if self.age > FRESH:
            return "stale"
        if self.skipped or self.audited != self.installed:
            return "not all audited"
        return "clean"

    @property
    def words(self) -> str:
        age = "no advisories" if self.age is None else f"the newest advisory is {self.age.days} days old"
        return f"{self.answer}: {self.audited} of {self.installed} packages audited, {age}"


def audit(packages: Mapping[str, str], folder: Path | None, now: datetime) -> Audit:
    """Hold packages against a folder of advisories. A version that cannot be read is skipped, and skipped is told."""
    made = Audit(len(packages))
    known = advisories(folder) if folder and folder.is_dir() else []
    if not known:
        return made
    made.age = now - max(one.modified for one in known)
    about: dict[str, list[Advisory]] = {}
    for one in known:
        about.setdefault(one.package, []).append(one)
    for name, version in packages.items():
        try:
            Version(version)
        except InvalidVersion:
            made.skipped.append(name)
            continue
        made.audited += 1
        made.found += [
            f"{name} {version}: {one.number}" for one in about.get(name, []) if one.touches(version)
        ]
    return made


def of_pip_audit(report: Mapping[str, Any], packages: Mapping[str, str]) -> Audit:
    """What pip-audit's report amounts to: a package it skipped was not audited, whatever its last line says."""
    rows = report.get("dependencies", [])
    looked_at = {canonicalize_name(row["name"]) for row in rows if "skip_reason" not in row}
    made = Audit(
        len(packages), audited=len(looked_at & packages.keys()), skipped=sorted(packages.keys() - looked_at)
    )
    made.found = [
        f"{row['name']} {row['version']}: {one['id']}" for row in rows for one in row.get("vulns", [])
    ]
    if looked_at:
        made.age = timedelta(0)  # it asks for them as they are today
    return made


def asked_of_the_index(packages: Mapping[str, str]) -> Audit:
    """By pip-audit, where the package index answers it."""
    line = (
        sys.executable,
        "-m",
        "pip_audit",
        "--format",
        "json",
        "--progress-spinner",
        "off",
        "--timeout",
        "10",
    )
    done = subprocess.run(line, check=False, capture_output=True, text=True, cwd=BASE)
    try:
        return of_pip_audit(json.loads(done.stdout), packages)
    except (ValueError, TypeError, AttributeError):
        return Audit(len(packages))


# --- Terms ----------------------------------------------------------------------------------------------------------


def licence_of(one: metadata.Distribution) -> str:
    """The terms that a package's own metadata states."""
    said = one.metadata
    classified = [c.rsplit(":: ", 1)[-1] for c in said.get_all("Classifier") or [] if c.startswith("License")]
    lines = (said.get("License") or "").splitlines()
    return (
        said.get("License-Expression")
        or ", ".join(classified)
        or (lines[0][:60] if lines else "")
        or SAID_ELSEWHERE.get(canonicalize_name(said["Name"]), "")
    )


def licences() -> dict[str, str]:
    return {canonicalize_name(one.metadata["Name"]): licence_of(one) for one in metadata.distributions()}


def not_allowed(terms: Mapping[str, str]) -> list[str]:
    return sorted(
        f"{name}: {said or 'says nothing'}" for name, said in terms.items() if not ALLOWED.search(said)
    )


# --- The newest patch -----------------------------------------------------------------------------------------------


def newest_patch(version: str, versions: Iterable[str]) -> str:
    """The newest release of the same series (5.2 of 5.2.19) among those there are."""
    own = Version(version)
    series = [
        one for one in map(Version, versions) if one.release[:2] == own.release[:2] and not one.is_prerelease
    ]
    return str(max([own, *series]))


def behind(asked_for: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Packages that a newer patch of their series is out for, and those that the index did not answer for."""
    late, unknown = [], []
    for name, version in asked_for.items():
        line = (
            sys.executable,
            "-m",
            "pip",
            "index",
            "versions",
            name,
            "--json",
            "--disable-pip-version-check",
        )
        done = subprocess.run(line, check=False, capture_output=True, text=True)
        try:
            newest = newest_patch(version, json.loads(done.stdout)["versions"])
        except (ValueError, KeyError):
            unknown.append(name)
            continue
        if newest != version:
            late.append(f"{name} {version}: {newest} is out")
    return late, unknown


def asked_for(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))


def main() -> int:
    packages, folder = installed(), os.environ.get("ADVISORIES", "")
    loose = [f"{lock}: {name}" for lock in LOCKS for name in without_hash((BASE / lock).read_text("utf-8"))]
    print(f"Locks: {len(loose)} requirements without a hash", *loose, sep="\n  ")
    bill = bill_of_materials(VAR / "sbom.json")
    print(f"Bill of materials: {len(bill['components'])} components in {VAR / 'sbom.json'}")
    terms = licences()
    refused = not_allowed(terms)
    print(f"Licences: {len(terms)} read, {len(refused)} not allowed", *refused, sep="\n  ")
    late, unknown = behind(asked_for((BASE / "requirements.in").read_text("utf-8")))
    print(f"Behind the newest patch of their series: {len(late)}", *late, sep="\n  ")
    if unknown:
        print(f"The package index did not answer for {len(unknown)}: {', '.join(unknown)}")
    made = audit(packages, Path(folder), datetime.now(UTC)) if folder else asked_of_the_index(packages)
    print(f"Known faults: {made.words}", *made.found, sep="\n  ")
    if made.skipped:
        print(f"  skipped: {', '.join(made.skipped)}")
    return 0 if made.answer == "clean" and not loose and not refused and not late else 1


if __name__ == "__main__":
    sys.exit(main())
