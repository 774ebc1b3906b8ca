# The image of the site: web, worker, beat and upgrade are the same image with another command.
# Build: docker compose build. The base images are arguments, so that a council can name its own mirror and digest.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:20-bookworm-slim
# Backups are made by the pg_dump of the server's own version: the image of docker-compose.yml's database.
ARG POSTGRES_IMAGE=postgres:17-bookworm
FROM ${POSTGRES_IMAGE} AS postgresql

# --- Front-end packages, by their lock
FROM ${NODE_IMAGE} AS front-end
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=peer --omit=dev --no-audit --no-fund

# --- Python packages, by their lock, each checked against its hash
FROM ${PYTHON_IMAGE} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt /build/
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes -r /build/requirements.txt

# --- What runs
FROM ${PYTHON_IMAGE} AS site
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
       libpq5 liblz4-1 libzstd1 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 justice \
    && useradd --system --uid 10001 --gid justice --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin justice
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=justice.settings.production \
    VAR_DIR=/var/lib/justice \
    STATIC_ROOT=/srv/static \
    XDG_CACHE_HOME=/tmp
COPY --from=postgresql /usr/lib/postgresql/17/bin/pg_dump /usr/lib/postgresql/17/bin/pg_restore /usr/local/bin/
COPY --from=postgresql /usr/lib/*-linux-gnu/libpq.so.5 /usr/local/lib/
RUN ldconfig && pg_dump --version && pg_restore --version
WORKDIR /srv/justice
COPY --from=packages /opt/venv /opt/venv
COPY . .
RUN --mount=from=front-end,source=/build/node_modules,target=/srv/justice/node_modules \
    python -m justice.frontend \
    && DJANGO_SETTINGS_MODULE=justice.settings.build python manage.py collectstatic --noinput \
    && python -m compileall -q justice cases orders assessments performance \
    && mkdir -p /var/lib/justice /var/lib/justice-backups \
    && chown justice:justice /var/lib/justice /var/lib/justice-backups
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "justice.alive", "web"]
# Thirty seconds to answer what has begun (justice/gunicorn.py); docker-compose.yml waits a little longer than that.
CMD ["gunicorn", "--config", "python:justice.gunicorn", "--bind", "0.0.0.0:8000", "--workers", "3", "justice.wsgi"]
