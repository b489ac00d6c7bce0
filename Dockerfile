# Sala's processes in one image; the command chooses which: web (default), worker, tick, migrate.
FROM python:3.12-slim-bookworm
WORKDIR /sala
COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt \
    && useradd --system --uid 10001 --home-dir /sala sala \
    && install -d -o sala -g sala -m 0700 /var/lib/sala
COPY --chown=root:root . .
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/sala SALA_VAR=/var/lib/sala SALA_HOST=0.0.0.0
USER sala
EXPOSE 8000
VOLUME /var/lib/sala
HEALTHCHECK --interval=30s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
ENTRYPOINT ["python", "-m", "gateway.cli"]
CMD ["web"]
