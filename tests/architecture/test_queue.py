"""Celery over a real Redis: a worker is woken, answers, and runs nothing that is not JSON."""

from __future__ import annotations

import base64
import json
import os
import pickle
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery

BASE = Path(__file__).resolve().parents[2]


class Planted:
    """What a forger would send: unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


@pytest.fixture
def queue(redis_url: str) -> Iterator[Celery]:
    """Our Celery's settings over the real Redis, and a worker of the site's own listening to it."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "justice", "worker", "--pool", "solo", "--loglevel", "error"],
        cwd=BASE,
        env={
            **os.environ,
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "justice.settings.test",
        },
        start_new_session=True,
    )
    app = Celery("asks", broker=redis_url)
    try:
        until = time.monotonic() + 60
        while not app.control.ping(timeout=0.5):
            assert worker.poll() is None, "the worker ended"
            assert time.monotonic() < until, "the worker did not answer"
        yield app
    finally:
        app.close()
        os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(timeout=30)


def waiting(redis_url: str) -> int:
    return redis.Redis.from_url(redis_url).llen("celery")


@pytest.mark.redis
def test_a_worker_knows_the_scheduled_tasks_and_does_not_take_pickles(
    queue: Celery, redis_url: str, tmp_path: Path
) -> None:
    known = {name for names in queue.control.inspect(timeout=5).registered().values() for name in names}
    assert {"cases.tasks.work", "cases.tasks.nightly", "cases.tasks.morning"} <= known

    sent = str(uuid.uuid4())
    body = pickle.dumps(((Planted(tmp_path / "run"),), {}, {}))
    forged = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "binary",
        "content-type": "application/x-python-serialize",
        "headers": {"lang": "py", "task": "cases.tasks.work", "id": sent, "root_id": sent, "retries": 0},
        "properties": {
            "correlation_id": sent,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "celery"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid.uuid4()),
        },
    }
    redis.Redis.from_url(redis_url).lpush("celery", json.dumps(forged))
    until = time.monotonic() + 20
    while waiting(redis_url) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(0.5)

    assert waiting(redis_url) == 0, "the worker did not take the message"
    assert not (tmp_path / "run").exists()
    assert queue.control.ping(timeout=2), "the worker lives on"


@pytest.mark.redis
def test_redis_refuses_whoever_has_no_password(redis_url: str) -> None:
    without = redis_url.split("@")[1]

    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis.from_url(f"redis://{without}").ping()


def test_a_change_does_not_wait_for_a_redis_that_is_away() -> None:
    """The bell is a courtesy: with Redis gone the job stays in its row, and the request goes on."""
    script = (
        "import django, time; django.setup(); from justice.celery import wake_workers;"
        "begun = time.monotonic(); wake_workers(); print(time.monotonic() - begun)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=BASE,
        env={
            **os.environ,
            "REDIS_URL": "redis://:nobody-is-listening@127.0.0.1:9/0",
            "DJANGO_SETTINGS_MODULE": "justice.settings.test",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert "the job waits for the next round" in done.stderr
    assert float(done.stdout) < 3


@pytest.mark.redis
def test_the_bell_reaches_the_queue(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    client.delete("celery")
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup(); from justice.celery import wake_workers; wake_workers()",
        ],
        cwd=BASE,
        env={**os.environ, "REDIS_URL": redis_url, "DJANGO_SETTINGS_MODULE": "justice.settings.test"},
        check=True,
        timeout=60,
    )

    message = json.loads(client.lpop("celery"))
    assert message["headers"]["task"] == "cases.tasks.work"
    assert message["content-type"] == "application/json"
