"""The production shape: what a break-in to one container would find there. The file is read here, not run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

BASE = Path(__file__).resolve().parents[2]
TEXT = (BASE / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
KEPT_INSIDE = ("database", "redis")


def test_the_five_services_and_what_prepares_the_database_are_there() -> None:
    assert set(SERVICES) == {"web", "worker", "beat", "database", "redis", "tables", "roles"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"].split(":")[0] not in ("0", "root")
    assert not service.get("privileged")
    assert {"mem_limit", "cpus", "pids_limit"} <= set(service)


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ("tables", "roles")])
def test_a_service_is_asked_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", KEPT_INSIDE)
def test_the_database_and_redis_are_out_of_reach(name: str) -> None:
    assert SERVICES[name]["networks"] == ["inside"]
    assert "ports" not in SERVICES[name]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_only_the_site_has_a_port_and_only_on_this_machine() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert list(ports) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in ports["web"])


def test_no_secret_has_a_default() -> None:
    secret = re.compile(r"\$\{(\w*(?:KEY|PASSWORD|URL)\w*)(:?[-?+=]?)")
    found = secret.findall(TEXT)

    assert {name for name, _ in found} == {
        "SECRET_KEY", "DATABASE_OWNER_PASSWORD", "DATABASE_PASSWORD", "REDIS_PASSWORD", "EMAIL_URL",
    }  # fmt: skip
    assert {how for _, how in found} == {":?"}


def test_only_migrations_run_as_the_owner_of_the_tables() -> None:
    assert [
        name for name, each in SERVICES.items() if "DATABASE_OWNER_URL" in each.get("environment", {})
    ] == ["tables"]
    assert SERVICES["database"]["environment"]["POSTGRES_USER"] != "justice"
    for name in ("web", "worker", "beat"):
        assert "roles" in SERVICES[name]["depends_on"]


def test_the_image_runs_as_nobody_in_particular_and_holds_no_secret() -> None:
    lines = (BASE / "Dockerfile").read_text()

    assert re.findall(r"^USER (\S+)", lines, re.M)[-1] == "10001:10001"
    assert not re.search(r"(SECRET_KEY|PASSWORD|DATABASE_URL)=\S", lines)
    assert "--require-hashes" in lines


def test_what_is_built_into_the_image_leaves_out_databases_and_keys() -> None:
    lines = (BASE / ".dockerignore").read_text().splitlines()

    assert "**" in lines
    assert not [line for line in lines if line.startswith("!") and "var" in line]
