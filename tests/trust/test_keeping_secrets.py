"""No key, password or address with one in it stands in what is kept under version control."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1[0-9A-Z]{20,}")
NAMED = re.compile(
    r"""(?ix) \b [\w-]* (secret | password | passwd | token | api_?key | private_?key | secret_?key) [\w-]*
        ["']? \s* [:=] \s* ["']? (?P<value> [A-Za-z0-9+/_\-.!~]{16,} ) ["']? """
)
IN_AN_ADDRESS = re.compile(r"\b[a-z+]+://[^\s:/@\"'{}$]*:(?P<value>[^\s@/\"'{}$]{12,})@")
# Nobody's: each is made to be refused, or is used by tests alone, which the settings refuse for anything else.
NOBODYS = re.compile(
    r"only-for-tests|not-used-but|long-and-random|changeme|insecure|kN3v-Qr8_zT1xW6yB0cF5hJ9mP2sU7aD4eG"
)
ENOUGH = 3.6  # bits a letter: words and names in code have less


def bits(text: str) -> float:
    """How surprising each letter is."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def secrets_in(text: str) -> list[str]:
    found = [match[0] for match in KEY_BLOCK.finditer(text)]
    for pattern in (NAMED, IN_AN_ADDRESS):
        for match in pattern.finditer(text):
            value = match["value"]
            mixed = bool(re.search(r"\d", value)) and bool(re.search(r"[A-Za-z]", value))
            if mixed and bits(value) >= ENOUGH and not NOBODYS.search(match[0]):
                found.append(match[0])
    return found


@pytest.mark.figure("files under version control: no secret in any")
def test_no_file_holds_a_secret(figure: Any) -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a working copy")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, listed):
        file = ROOT / name
        if not file.is_file() or file.suffix in (".png", ".ico", ".pdf"):
            continue
        if file.name.startswith(("requirements", "package-lock")):
            continue  # nothing but versions and hashes, which tests/architecture/test_parts.py reads
        figure.add(not secrets_in(file.read_text(errors="replace")), name)


@pytest.mark.figure("secrets planted in a text: found")
def test_the_search_notices_a_secret(figure: Any) -> None:
    begin, mixed = "-----BEGIN ", "q7Xv2Lr9Tz4Wm8Ks1Bd6"
    for what, text in {
        "a private key": f"{begin}RSA PRIVATE KEY-----\nMIIE",
        "a private key of age": "AGE-SECRET" + f"-KEY-1{mixed.upper()}{mixed.upper()}",
        "a setting in Python": f'SECRET_KEY = "{mixed}"',
        "a setting in a shell": f"export DATABASE_PASSWORD={mixed}",
        "a setting in YAML": f"redis_password: {mixed}",
        "a setting in JSON": f'"api_key": "{mixed}"',
        "an address": f"postgresql://justice:{mixed}@database/justice",
    }.items():
        figure.planted(what, secrets_in(text))
    for text in (
        "password = make_password(given)",
        "SECRET_KEY_FILE=/run/secrets/key",
        "token = secrets.token_hex(16)",
    ):
        assert not secrets_in(text), text
