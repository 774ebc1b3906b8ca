"""What the site is built from: locked, hashed, named with its reason, and rid of the brand that is not ours."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

from justice import frontend

BASE = Path(__file__).resolve().parents[2]
VENDOR = BASE / "static" / "vendor"
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-tools.txt", "requirements-node.txt")
PACKAGES = ("justice", "cases", "orders", "assessments", "performance")

# What a package is imported as, where that is not its name.
IMPORTED_AS = {
    "allauth": "django-allauth",
    "axes": "django-axes",
    "cryptography": "django-allauth",  # which needs it for its own keys and brings it along
    "csp": "django-csp",
    "django_filters": "django-filter",
    "drf_spectacular": "drf-spectacular",
    "environ": "django-environ",
    "kombu": "celery",
    "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework",
    "simple_history": "django-simple-history",
}


def asked_for(name: str) -> set[str]:
    """The packages that a .in file asks for by name."""
    return set(re.findall(r"^([a-z0-9-]+)[\[=]", (BASE / name).read_text(), re.M))


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_package_has_a_version_and_a_hash_and_no_address(name: str) -> None:
    text = (BASE / name).read_text()
    packages = re.split(r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.M))

    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package
    assert "://" not in text


def test_the_front_end_lock_has_a_hash_for_each_package_and_no_address_to_fetch_from() -> None:
    packages = json.loads((BASE / "package-lock.json").read_text())["packages"]

    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-")
            assert "resolved" not in package


def test_each_package_has_its_reason_on_the_page_of_decisions() -> None:
    page = (BASE / "justice/decisions/11-dependencies.md").read_text()

    assert [name for name in sorted(asked_for("requirements.in")) if name not in page] == []


def test_nothing_is_imported_that_is_not_asked_for() -> None:
    named = asked_for("requirements.in")
    strangers = set()
    for package in PACKAGES:
        for path in (BASE / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                modules = []
                if isinstance(node, ast.Import):
                    modules = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    modules = [node.module]
                for module in modules:
                    top = module.split(".")[0]
                    if top in sys.stdlib_module_names or top in PACKAGES or top == "tests":
                        continue
                    if IMPORTED_AS.get(top, top) not in named:
                        strangers.add(f"{path.relative_to(BASE)}: {module}")

    assert sorted(strangers) == []


def test_the_brand_is_gone() -> None:
    if not VENDOR.exists():
        pytest.skip("the front-end files have not been set up")
    sheets = list(VENDOR.rglob("*.css"))

    assert len(sheets) == 3
    for sheet in sheets:
        text = sheet.read_text()
        assert "GDS Transport" not in text
        assert not re.search(r"url\([^)]*(/assets|crest|crown|//)", text)
    assert not [
        path for path in VENDOR.rglob("*") if re.search("crest|crown|logotype|opengraph|gds", path.name)
    ]


@pytest.mark.parametrize(
    "css",
    [
        pytest.param("a{color:red}", id="the typeface has another name"),
        pytest.param(
            "a{font-family:GDS Transport,arial,sans-serif}b{src:url(/assets/new.woff2)}", id="a new file"
        ),
        pytest.param(
            "a{font-family:GDS Transport,arial,sans-serif}b{font:GDS Transport}",
            id="a new use of the typeface",
        ),
        pytest.param(
            "a{font-family:GDS Transport,arial,sans-serif}b{src:url(new/crest.png)}", id="a new crest"
        ),
    ],
)
def test_an_upgrade_that_brings_something_back_is_stopped(css: str) -> None:
    with pytest.raises(frontend.UnexpectedPackage):
        frontend.unbranded(css, "sheet")
