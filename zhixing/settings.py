"""Settings. A court sets environment variables, never this file: DATABASE_URL, ZHIXING_VAR, ZHIXING_HOSTS, ZHIXING_HTTPS."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

env = environ.Env()
ROOT = Path(__file__).resolve().parent.parent
VAR = Path(env.str("ZHIXING_VAR", default=str(ROOT / "var")))
VAR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret() -> str:
    """The signing key: from the environment, else made once and kept in the data folder, readable by its owner only."""
    if given := env.str("ZHIXING_SECRET", default=""):
        return str(given)
    path = VAR / "secret"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = _secret()
DEBUG = env.bool("ZHIXING_DEBUG", default=False)
HTTPS = env.bool("ZHIXING_HTTPS", default=False)
ALLOWED_HOSTS = env.list("ZHIXING_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_q",
    "zhixing.web",
    "zhixing.casework",
    "zhixing.casework.papers",
    "zhixing.casework.assets",
    "zhixing.casework.budgets",
    "zhixing.desks.intake",
    "zhixing.desks.triage",
    "zhixing.desks.documents",
    "zhixing.desks.inquiry",
    "zhixing.desks.offline",
    "zhixing.desks.funds",
    "zhixing.desks.funds.reports",
    "zhixing.desks.funds.distribution",
    "zhixing.desks.funds.reconciling",
    "zhixing.desks.funds.bank",
    "zhixing.shell",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zhixing.web.sessions.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "zhixing.shell.middleware.DeskMiddleware",
]
ROOT_URLCONF = "zhixing.shell.urls"
WSGI_APPLICATION = "zhixing.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "zhixing.web.jinja.environment",
            "filters": {
                "mask_identity": "zhixing.casework.identity.mask_identity",
                "mask_phone": "zhixing.casework.identity.mask_phone",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'zhixing.sqlite3'}")}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "casework.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "zhixing.shell.people.backend.PeopleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("username", "name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "zhixing.shell.people.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_HTTP_RESPONSE_CODE = 429
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

SESSION_IDLE_SECONDS = 3 * 3600
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "zhixing.shell.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_STORAGE_NAME = env.str(
    "ZHIXING_STATIC_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE_NAME},
}
MEDIA_ROOT = VAR / "media"
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Systems outside the court. ZHIXING_SIMULATOR is the address of the simulations (`zhixing simulator`): for demonstrations only.
SIMULATOR = env.str("ZHIXING_SIMULATOR", default="").rstrip("/")
MESSAGES = {
    "sms": {
        "url": env.str("ZHIXING_SMS_URL", default=SIMULATOR and f"{SIMULATOR}/sms"),
        "secret": env.str("ZHIXING_SMS_SECRET", default=SIMULATOR and "simulation-only"),
    },
    "wechat": {"url": env.str("ZHIXING_WECHAT_URL", default=""), "secret": env.str("ZHIXING_WECHAT_SECRET", default="")},
    "email": {"sender": env.str("ZHIXING_MAIL_FROM", default="")},
}
INQUIRY = {
    "url": env.str("ZHIXING_INQUIRY_URL", default=SIMULATOR and f"{SIMULATOR}/inquiry"),
    "token": env.str("ZHIXING_INQUIRY_TOKEN", default=""),
}
POST = {
    "url": env.str("ZHIXING_POST_URL", default=SIMULATOR and f"{SIMULATOR}/post"),
    "token": env.str("ZHIXING_POST_TOKEN", default=""),
}
BANK = {
    "url": env.str("ZHIXING_BANK_URL", default=SIMULATOR and f"{SIMULATOR}/bank"),
    "secret": env.str("ZHIXING_BANK_SECRET", default=SIMULATOR and "simulation-only"),
    "court": env.str("ZHIXING_BANK_COURT", default=""),
}
if env.str("ZHIXING_MAIL_URL", default=""):
    vars().update(env.email_url("ZHIXING_MAIL_URL"))
EMAIL_TIMEOUT = 15

Q_CLUSTER = {
    "name": "zhixing",
    "orm": "default",
    "workers": 1,
    "timeout": 1800,
    "retry": 1900,
    "poll": 1,
    "catch_up": False,
    "save_limit": 1000,
    "max_attempts": 5,
    "label": "后台任务",
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Remarks on the insides of PDF files that it repairs by itself; what it cannot read is an error and is told to the clerk.
    "loggers": {"pypdf": {"level": "ERROR"}},
}
