"""How gunicorn serves the site, here and in production: `gunicorn --config python:justice.gunicorn justice.wsgi`.

Asked to stop, it takes no new request and gives those that are being answered thirty seconds to end. Its own lines go
through the same formatter as ours; it writes none for a request, since it knows only the path, where anything may have
been typed (justice.web.middleware says which page it was).
"""

from __future__ import annotations

import os

from justice import logs

worker_class = "gthread"
threads = 4
timeout = 120
graceful_timeout = 30
max_requests, max_requests_jitter = 5000, 500
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True
accesslog = None

_screen = not os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith("production")
logconfig_dict = logs.settings_for(screen=_screen)
logconfig_dict["loggers"] = {
    "gunicorn.error": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
}
