"""What the site is made of: locked, listed, on known terms; and an audit that never says more than it looked at."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import supply
from tests.figures import size

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
# Faults made up for the test, in the form that advisories have.
ADVISORIES = {
    "PLANTED-1.json": ("celery", "2026-11-20T08:00:00Z", [{"introduced": "0"}, {"fixed": "5.2.2"}], []),
    "PLANTED-2.yaml": ("PyYAML", "2026-11-21T08:00:00Z", [{"introduced": "5.1"}, {"fixed": "5.4"}], []),
    "deep/PLANTED-3.json": ("Pillow", "2026-11-22T08:00:00Z", [], ["8.1.0", "8.1.1"]),
}
OLD = {"celery": "4.2.1", "pyyaml": "5.3", "pillow": "8.1.1"}
NEW = {"celery": "5.7.0", "pyyaml": "6.0.3", "pillow": "13.0.0"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, (package, modified, events, versions) in ADVISORIES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        part = {"package": {"ecosystem": "PyPI", "name": package}, "versions": versions}
        if events:
            part["ranges"] = [{"type": "ECOSYSTEM", "events": events}]
        row = {"id": path.stem, "modified": modified, "affected": [part]}
        path.write_text(json.dumps(row))  # JSON is YAML too
    return tmp_path


@pytest.mark.figure("requirements locked to a hash")
def test_nothing_is_installed_that_was_not_looked_at(figure):
    for lock in supply.LOCKS:
        text = (supply.BASE / lock).read_text("utf-8")
        loose = supply.without_hash(text)
        figure.many(len(re.findall(r"^[a-z0-9]\S*==", text, re.MULTILINE)), loose)
    for name in ("run", "Dockerfile"):
        for line in (supply.BASE / name).read_text("utf-8").splitlines():
            if re.search(r"pip install .*-r|\"install\", .*requirements|\*(how|pip), .*lock", line):
                figure.add("--require-hashes" in line, f"{name} installs without hashes: {line.strip()}")
    bare = "django==5.2.19\ncelery==5.7.0 \\\n    --hash=sha256:aa\n"
    figure.planted("a requirement without a hash", supply.without_hash(bare) == ["django==5.2.19"])
    figure.planted("a requirement without a version", supply.without_hash("django --hash=sha256:aa\n"))


@pytest.mark.figure("parts named in the bill of materials")
def test_the_bill_of_materials_names_what_is_installed_and_comes_out_alike(figure, tmp_path):
    runs = size(change=1, night=2)  # each takes a quarter of a minute
    bills = [supply.bill_of_materials(tmp_path / f"{number}.json") for number in range(runs)]
    assert bills[0] == bills[-1]
    assert "timestamp" not in bills[0]["metadata"]
    assert "serialNumber" not in bills[0]
    there = {(supply.canonicalize_name(one["name"]), one["version"]) for one in bills[0]["components"]}
    for package in supply.installed().items():
        figure.add(package in there, f"{package} is not in the bill")
    figure.many(0, [f"{one} is not installed" for one in there - set(supply.installed().items())])


@pytest.mark.figure("planted advisories found, and sound packages let be")
def test_planted_advisories_are_found(figure, folder):
    found = supply.audit(OLD, folder, NOW)
    for name in OLD:
        figure.planted(f"an old {name}", any(one.startswith(name) for one in found.found))
    assert found.answer == "found"
    made = supply.audit(NEW, folder, NOW)
    figure.add(made.answer == "clean", made.words)
    edges = {"5.0.9": False, "5.1": True, "5.3.1": True, "5.4": False, "5.4.1": False}
    for version, touched in edges.items():
        figure.add(bool(supply.audit({"pyyaml": version}, folder, NOW).found) == touched, version)
    for version, touched in {"1.0": True, "1.2": True, "1.3": False}.items():
        events = [{"introduced": "0"}, {"last_affected": "1.2"}]
        figure.add(supply.between(events, version) == touched, f"last affected, {version}")


@pytest.mark.figure("audits that may not say clean")
def test_the_audit_says_how_old_its_advisories_are(figure, folder, tmp_path):
    def answer(made: supply.Audit) -> str:
        return made.answer

    late = NOW + timedelta(days=6)
    figure.planted("advisories of two weeks ago", answer(supply.audit(NEW, folder, late)) == "stale")
    assert "8 days old" in supply.audit(NEW, folder, late).words
    empty = tmp_path / "empty"
    empty.mkdir()
    for name, where in (("no folder", None), ("an empty one", empty), ("one that is gone", empty / "gone")):
        figure.planted(name, answer(supply.audit(NEW, where, NOW)) == "not audited")
    odd = {**NEW, "ours": "not a version"}
    figure.planted("a version nobody can read", answer(supply.audit(odd, folder, NOW)) == "not all audited")
    skipping = {"dependencies": [{"name": name, "skip_reason": "no answer"} for name in NEW]}
    figure.planted("pip-audit skipped all", answer(supply.of_pip_audit(skipping, NEW)) == "not audited")
    one_less = {"dependencies": [{"name": n, "version": v, "vulns": []} for n, v in list(NEW.items())[1:]]}
    figure.planted("pip-audit left one out", answer(supply.of_pip_audit(one_less, NEW)) == "not all audited")
    figure.planted("pip-audit said nothing", answer(supply.of_pip_audit({}, NEW)) == "not audited")
    whole = {"dependencies": [{"name": n, "version": v, "vulns": []} for n, v in NEW.items()]}
    figure.add(answer(supply.of_pip_audit(whole, NEW)) == "clean", "an audit of everything is clean")
    whole["dependencies"][0]["vulns"] = [{"id": "PLANTED-9"}]
    figure.planted("pip-audit found one", answer(supply.of_pip_audit(whole, NEW)) == "found")


@pytest.mark.figure("installed packages on terms that are allowed")
def test_every_package_is_here_on_terms_that_are_allowed(figure):
    terms = supply.licences()
    figure.many(len(terms), supply.not_allowed(terms))
    for said in ("GPL-3.0-only", "AGPL-3.0-or-later", "Proprietary", "Other/Proprietary License", ""):
        figure.planted(said or "no words at all", supply.not_allowed({"it": said}))


def test_the_newest_patch_is_of_the_same_series():
    versions = ["6.0.1", "5.2.20", "5.2.21rc1", "5.2.9", "5.1.30"]
    assert supply.newest_patch("5.2.19", versions) == "5.2.20"
    assert supply.newest_patch("5.2.20", versions) == "5.2.20"
    assert supply.asked_for("django==5.2.19\ndjango-allauth[mfa]==65.22.1\n# not this==1\n") == {
        "django": "5.2.19", "django-allauth": "65.22.1",
    }  # fmt: skip


# What a secret looks like: keys by their own marks, words given to something called a secret, a password in an address.
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+\S|AGE-SECRET-KEY-1[A-Z0-9]{20}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30}"
    r"|\beyJ[\w-]{20,}\.eyJ[\w-]{20,}"
    r"|(?i:\b\w*(?:secret|password|passwd|token|api_?key)\w*[\"']?\s*[:=]\s*[\"'])[^\"'\s{$]{16,}[\"']"
    r"|://[\w.-]+:[^@\s:/\"'{$<]{6,}@"
)
# Words that are none, and say so.
NO_SECRET = re.compile(
    r"only-for-tests|correct-horse|justice\.web\.|not-used|long-enough|long-and-random|insecure|user:password|PASSWORD@"
)


def secrets_in(text: str) -> list[str]:
    return [found[0] for found in SECRET.finditer(text) if not NO_SECRET.search(found[0])]


@pytest.mark.figure("files kept with the program, searched for secrets")
def test_no_secret_is_kept_with_the_program(figure):
    line = ("git", "ls-files", "-z")
    kept = subprocess.run(line, cwd=supply.BASE, capture_output=True, text=True, check=True).stdout
    for name in filter(None, kept.split("\0")):
        body = (supply.BASE / name).read_bytes() if (supply.BASE / name).is_file() else b""
        found = secrets_in(body.decode(errors="replace"))
        figure.add(not found, f"{name}: {len(found)}")
    made = "9f8a7d6c5b4e3f2a1b0c"
    for fault, text in {
        "a private key": f"-----BEGIN {'PRIVATE'} KEY-----\nMIIE",
        "a key of backups": "AGE-SECRET-" + f"KEY-1{made.upper()}",
        "a key of a cloud": "AK" + "IAABCDEFGHIJKLMNOP",
        "a secret in settings": f'SECRET_{"KEY"} = "{made}"',
        "a password in an address": f"postgresql://site:{made}@database/justice",
    }.items():
        figure.planted(fault, secrets_in(text))
