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


def test_secrets_are_files_and_stand_in_no_environment() -> None:
    secret = re.compile(r"KEY|PASSWORD|URL|TOKEN|SECRET")
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if secret.search(key) and key != "BACKUP_PUBLIC_KEY":  # which is public
                assert key.endswith("_FILE"), (name, key)
                file = value.removeprefix("/run/secrets/")
                assert file in service["secrets"], (name, key)
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert all(set(given) == {"file"} for given in COMPOSE["secrets"].values())
    assert not re.search(r"://[^\s/{}]*:[^\s/]*@", TEXT)


def test_a_service_is_given_only_the_secrets_it_uses() -> None:
    assert SERVICES["redis"]["secrets"] == ["redis_password"]
    assert SERVICES["database"]["secrets"] == ["database_owner_password"]


def test_what_must_be_given_has_no_default() -> None:
    needed = re.findall(r"\$\{(ALLOWED_HOSTS|DEFAULT_FROM_EMAIL|BACKUP_PUBLIC_KEY)(:?.)", TEXT)

    assert {name for name, _ in needed} == {"ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL", "BACKUP_PUBLIC_KEY"}
    assert {how for _, how in needed} == {":?"}


@pytest.mark.parametrize("name", SERVICES)
def test_where_a_service_may_write_is_said_and_is_no_folder_of_the_machine(name: str) -> None:
    service = SERVICES[name]

    assert service["tmpfs"]
    for volume in service.get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"], volume


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_named_by_its_version_and_can_be_pinned(name: str) -> None:
    """Digests are a mirror's to tell; a name without a version would be another thing tomorrow."""
    image = SERVICES[name]["image"]
    if "build" in SERVICES[name]:
        assert set(SERVICES[name]["build"]["args"]) == {"PYTHON_IMAGE", "NODE_IMAGE", "POSTGRES_IMAGE"}
        images = SERVICES[name]["build"]["args"].values()
    else:
        images = [image]
    for given in images:
        assert re.fullmatch(r"\$\{\w+_IMAGE:-[a-z]+:\d[\w.-]+\}", given), given


def test_stopping_waits_for_what_has_begun() -> None:
    from justice import gunicorn

    assert gunicorn.graceful_timeout == 30
    assert SERVICES["web"]["stop_grace_period"] == "40s"
    assert "python:justice.gunicorn" in (BASE / "Dockerfile").read_text()
    assert "python:justice.gunicorn" in (BASE / "run").read_text()


def test_backups_are_made_by_the_tools_of_the_servers_version() -> None:
    lines = (BASE / "Dockerfile").read_text()
    [image] = re.findall(r"^ARG POSTGRES_IMAGE=(\S+)", lines, re.M)

    assert f"-{image}}}" in SERVICES["database"]["image"]
    assert f"/usr/lib/postgresql/{image.split(':')[1].split('-')[0]}/bin/pg_dump" in lines
    assert any(volume.startswith("backups:") for volume in SERVICES["worker"]["volumes"])


def test_only_migrations_run_as_the_owner_of_the_tables() -> None:
    assert [
        name for name, each in SERVICES.items() if "DATABASE_OWNER_URL_FILE" in each.get("environment", {})
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
