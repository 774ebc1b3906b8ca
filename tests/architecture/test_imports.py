"""Which may import which: the contracts in pyproject.toml hold, and each one notices when it is broken.

A contract that reads well and catches nothing is worse than none, so each is tried on a copy of the code with one
import planted in it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
PACKAGES = ("justice", "cases", "orders", "assessments", "performance")
LINT = Path(sys.executable).with_name("lint-imports")


def verdict(folder: Path, contract: str) -> str:
    """What the linter says of one contract: "kept" or "broken". Anything else is a fault of the test."""
    done = subprocess.run(
        [str(LINT), "--no-cache", "--contract", contract],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if "1 kept, 0 broken" in done.stdout and done.returncode == 0:
        return "kept"
    if "0 kept, 1 broken" in done.stdout and done.returncode == 1:
        return "broken"
    raise AssertionError(done.stdout + done.stderr)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code, without what it is not made of."""
    for package in PACKAGES:
        shutil.copytree(BASE / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(BASE / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("contract", ["layers", "pure", "interface"])
def test_the_contract_is_kept(contract: str) -> None:
    assert verdict(BASE, contract) == "kept"


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        pytest.param("layers", "cases/operation.py", "import orders.models", id="cases reach up to orders"),
        pytest.param(
            "layers", "orders/facts.py", "import assessments.models", id="orders reach up to assessments"
        ),
        pytest.param(
            "layers", "assessments/facts.py", "import performance.models", id="assessments to performance"
        ),
        pytest.param(
            "layers", "performance/models.py", "import justice.caseload", id="figures reach the caseload"
        ),
        pytest.param(
            "layers", "justice/domain/errors.py", "import cases.models", id="the kernel reaches an app"
        ),
        pytest.param("pure", "orders/domain/cpo.py", "import django.utils.timezone", id="a rule uses Django"),
        pytest.param("pure", "justice/domain/errors.py", "import celery", id="the kernel uses Celery"),
        pytest.param("pure", "orders/domain/cpo.py", "import cases.models", id="a rule reads the database"),
        pytest.param("interface", "orders/facts.py", "import cases.views", id="facts come from a page"),
        pytest.param("interface", "cases/operation.py", "import cases.forms", id="an operation asks a form"),
        pytest.param("interface", "cases/operation.py", "import cases.tasks", id="an operation calls a task"),
    ],
)
def test_the_contract_notices_a_planted_import(copy: Path, contract: str, module: str, line: str) -> None:
    planted = copy / module
    if planted.with_suffix("").is_dir():  # grown from a module into a package meanwhile
        planted = planted.with_suffix("") / "__init__.py"
    assert planted.exists(), f"{module} is gone: plant the import somewhere else"
    planted.write_text(f"{planted.read_text()}\n{line}\n")

    assert verdict(copy, contract) == "broken"
