"""Settings that hold everywhere. `local`, `test` and `production` start from these and say only what differs."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from justice import logs
from justice.settings.values import BASE, VAR, database, env, label_pack

BASE_DIR = BASE

DEBUG = False
ALLOWED_HOSTS: list[str] = []
SECRET_KEY = ""  # each of the other settings files says where its own comes from

INSTALLED_APPS = [
    "cases",
    "orders",
    "assessments",
    "performance",
    "justice.web",
    "justice.caseload",
    "justice.keeping",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "django_filters",
    "drf_spectacular",
    "rest_framework",
    "simple_history",
]

MIDDLEWARE = [
    "justice.web.middleware.RequestNumber",
    "justice.web.middleware.Headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "justice.web.middleware.Methods",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "justice.web.middleware.SessionLimit",
    "allauth.account.middleware.AccountMiddleware",
    "justice.web.middleware.SignInRequired",
    "justice.web.middleware.OwnPassword",
    "justice.web.middleware.SecondStep",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "justice.web.middleware.RefusedLooks",
    "justice.web.middleware.Refusals",
]

ROOT_URLCONF = "justice.urls"
WSGI_APPLICATION = "justice.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "justice.web.context.navigation",
            ],
        },
    },
]
FORM_RENDERER = "justice.web.forms.Renderer"

# The database. One transaction per operation is the operation's own affair, so not one per request.
DATABASES = {"default": database(default=f"sqlite:///{VAR / 'justice.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Whether the site must sign in to it as a role that could not alter the trail: real records need that.
TWO_DATABASE_ROLES = False
# Whether this process is a migration's, which signs in as the owner of the tables (justice.settings.values.database).
AS_DATABASE_OWNER = bool(env("DATABASE_OWNER_URL", default=""))

# One of two links between apps that the import contracts cannot see: who contributes facts to a case's timescales.
FACT_SOURCES = ["orders.facts.order_facts", "assessments.facts.assessment_facts"]
# Who says what kinds of work a record holds, for how long it is kept (cases.retention).
RETENTION_SOURCES = ["orders.retention.involvement", "assessments.retention.involvement"]
# Whose references find the person (cases.search): each has a reference and a case.
SEARCHED_REFERENCES = ["orders.Order", "orders.Release", "assessments.ReportRequest"]

# The other one: who tells of what happened, for the one chronology of a case.
CHRONOLOGY_SOURCES = [
    "cases.chronology.case_events",
    "orders.chronology.order_events",
    "assessments.chronology.assessment_events",
]

# What goes along when a case, or an order in it, changes hands.
FOLLOW_ALLOCATION = ["orders.handover.move_appointments"]

# Instants are kept in UTC; a deadline is a calendar day in Scotland.
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

# Who may come in.
AUTH_USER_MODEL = "cases.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

AUTHENTICATION_BACKENDS = ["cases.signing_in.LockOut", "cases.signing_in.StaffBackend"]

# Whether a council's own proxy stands in front and says where requests come from, stripping what others say of it.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)

# Ten wrong tries and an account waits five minutes; a hundred, and the address they come from does. Kept in the
# database, where every process sees them (cases.signing_in). They count passwords and second steps together.
AXES_FAILURE_LIMIT = 10
TRIES_OF_AN_ADDRESS = 100
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_HANDLER = "cases.signing_in.Tries"
AXES_USERNAME_CALLABLE = "cases.signing_in.name_tried"
AXES_CLIENT_IP_CALLABLE = "cases.signing_in.address_of"
AXES_RESET_ON_SUCCESS = True
# Trying again while it waits does not make it wait longer: the owner always gets back in.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = [
    "username", "ip_address", "login", "code", "credential", "oldpassword", "password1", "password2",
    "csrfmiddlewaretoken",
]  # fmt: skip
# What axes would answer differs from what a wrong password is answered; ours does not (justice.web.signing_in).
SILENCED_SYSTEM_CHECKS = ["axes.W002"]

# Signing in is allauth's, in our own pages (justice.web.signing_in). Nobody makes an account for themselves. Its own
# limits live in each process's memory and would surprise: the one lock-out is the one above.
ACCOUNT_ADAPTER = "justice.web.signing_in.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = (
    True  # the cookie lasts as long as SESSION_COOKIE_AGE says, not as long as the browser
)
ACCOUNT_RATE_LIMITS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "login": "justice.web.signing_in.SignInForm",
    "reauthenticate": "justice.web.signing_in.PasswordAgainForm",
    "change_password": "justice.web.signing_in.ChangePasswordForm",
}

# The second step: a code from an app, a security key, or a recovery code. Required wherever there are real records.
SECOND_STEP_REQUIRED = env.bool("SECOND_STEP_REQUIRED", default=False)
MFA_ADAPTER = "justice.web.signing_in.SecondSteps"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Justice social work"
MFA_TOTP_TOLERANCE = 1  # thirty seconds either way, for clocks that are not quite right
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "justice.web.signing_in.CodeForm",
    "reauthenticate": "justice.web.signing_in.CodeAgainForm",
    "activate_totp": "justice.web.signing_in.ActivateAppForm",
    "add_webauthn": "justice.web.signing_in.AddKeyForm",
}

# The council's own sign-in (OpenID Connect, such as Entra ID), if OIDC_ISSUER names it. Whoever it vouches for is let
# in to the account they already have; it makes none.
OIDC_ISSUER = env("OIDC_ISSUER", default="")
OIDC_UID_CLAIM = env("OIDC_UID_CLAIM", default="oid")
# Whether its e-mail addresses may be believed without `email_verified`: where only the council can give them out.
OIDC_EMAIL_VERIFIED = env.bool("OIDC_EMAIL_VERIFIED", default=False)
# What it calls our roles: {"Justice.Caseworker": "caseworker"}. Empty: it says nothing about them.
OIDC_ROLES = json.loads(env("OIDC_ROLES", default="") or "{}")
SOCIALACCOUNT_ADAPTER = "justice.web.signing_in.CouncilAccounts"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "council",
                "name": "your council account",
                "client_id": env("OIDC_CLIENT_ID", default=""),
                "secret": env("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_ISSUER, "fetch_userinfo": False, "uid_field": OIDC_UID_CLAIM},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}

# A session ends after twenty minutes without a request, and after ten hours whatever happens. On the tablets that
# unpaid work supervisors carry among others it ends after ten.
SESSION_COOKIE_AGE = int(timedelta(minutes=20).total_seconds())
SESSION_IDLE_BY_ROLE = {"unpaid_work_supervisor": int(timedelta(minutes=10).total_seconds())}
SESSION_SAVE_EVERY_REQUEST = True
SESSION_LONGEST = timedelta(hours=10)  # kept by justice.web.middleware
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "justice.web.drafts.too_old"

# How often a minute one address may ask for the questionnaire that is open to whoever has its link.
FEEDBACK_TRIES_A_MINUTE = 60

# What a browser is told.
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],  # the nonce is for the import map, which browsers take only in the page
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form that leads to the council's own sign-in is followed there.
        "form-action": [
            SELF,
            *([urlsplit(OIDC_ISSUER)._replace(path="", query="").geturl()] if OIDC_ISSUER else []),
        ],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Our own files, and beside them in static/vendor/ what justice.frontend copies from the npm packages.
STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(VAR / "static"))
STATICFILES_DIRS = [BASE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # they are for our own pages
MEDIA_ROOT = VAR / "files"  # nothing in it is ever served by address

# Per cent of a disk that are free: under the first an administrator is told, under the second the site is not ready.
DISK_LOW_PERCENT = env.int("DISK_LOW_PERCENT", default=20)
DISK_FULL_PERCENT = env.int("DISK_FULL_PERCENT", default=5)

# What one PDF document may take, and how many each worker process makes at once; a further one waits a little, and is
# then refused. A worker has four threads (justice.gunicorn), so that there is always one for pages.
PDF_SECONDS = env.int("PDF_SECONDS", default=30)
PDF_MEMORY_MB = env.int("PDF_MEMORY_MB", default=400)
PDF_AT_ONCE = 2
PDF_WAIT_SECONDS = 5

# Backups (justice.keeping): one encrypted file each night, with the database and these folders in it. The private half
# of the key is never on this machine. POSTGRESQL_BIN is where pg_dump and pg_restore of the server's version are.
BACKUP_FOLDER = Path(env("BACKUP_FOLDER", default=str(VAR / "backups")))
BACKUP_PUBLIC_KEY = env("BACKUP_PUBLIC_KEY", default="")
BACKUP_MAY_BE_PLAIN = False
BACKUP_KEEP_DAYS = env.int("BACKUP_KEEP_DAYS", default=35)
# The seals on the trail are copied to a folder outside the database, best where its owner cannot write.
SEALS_DIR = env("SEALS_DIR", default=str(VAR / "seals"))
KEPT_FOLDERS = {"files": MEDIA_ROOT, "seals": Path(SEALS_DIR)}
POSTGRESQL_BIN = env("POSTGRESQL_BIN", default="")

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "justice.web.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Justice social work",
    "DESCRIPTION": "Orders, timescales and figures. Reads show what the user may see; each change is one POST.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_AUTHENTICATION": ["rest_framework.authentication.SessionAuthentication"],
}

# Jobs are rows in the database; Redis and Celery only wake a worker. Without REDIS_URL nothing is sent anywhere, and
# the one jobs process that `./run` starts looks at the rows itself. JSON only: nothing read from Redis can run code.
REDIS_URL = env("REDIS_URL", default="")
JOBS_EMBEDDED = not REDIS_URL
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = JOBS_EMBEDDED
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Each kind of job, and the function that does it; and what is called when a job has been asked for.
JOB_KINDS = {
    "check_timescales": "cases.nightly.check_timescales",
    "check_search": "cases.nightly.check_search",
    "notify": "cases.nightly.notify",
    "tell_of_opening": "cases.nightly.tell_of_opening",
    "remind": "orders.nightly.remind",
    "clear_drafts": "cases.nightly.clear_drafts",
    "close_unused_accounts": "cases.nightly.close_unused_accounts",
    "tell_of_stop": "cases.nightly.tell_of_stop",
    "tell_of_sign_in": "cases.nightly.tell_of_sign_in",
    "seal_trail": "cases.nightly.seal_trail",
    "find_unusual_looking": "cases.nightly.find_unusual_looking",
    "check_seals": "cases.nightly.check_seals",
    "clear_served": "cases.nightly.clear_served",
    "dispose": "cases.disposal.dispose",
    "check_scores": "assessments.nightly.check_scores",
    "keep_figures": "performance.nightly.keep_figures",
    "import_caseload": "justice.caseload.importing.import_in_the_background",
    "backup": "justice.keeping.nightly.backup",
}
JOB_BELL = "justice.celery.wake_workers"

# The address people type, for the links in messages.
SITE_ADDRESS = env("SITE_ADDRESS", default="http://localhost:8000")

# Mail: EMAIL_URL (smtp+tls://user:password@host:587). Without one it is written to files, for evaluation.
if env("EMAIL_URL", default=""):
    _mail = env.email_url("EMAIL_URL")
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"] or 25
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="justice@example.invalid")

# What takes a reminder of an appointment to the person: an adapter for each channel (orders.reminders.Sender). The
# one for text messages only says in the log that there was one, until the council names its gateway's. Messages of
# the demonstration are put into files instead, whatever is named here.
REMINDER_SENDERS = {
    "text": env("TEXT_SENDER", default="orders.reminders.ConsoleSender"),
    "email": env("EMAIL_SENDER", default="orders.reminders.EmailSender"),
}
REMINDER_FILES = VAR / "reminders"

# What the items of the LS/CMI are called: its wording is licensed, and none of it comes with the program. Who holds a
# licence names a file of labels (justice.settings.values.label_pack); without one items go by their numbers.
LSCMI_LABELS = label_pack(env("LSCMI_LABEL_PACK", default=""))

# A request that took longer is a warning in the log, with the part that was the database's (justice.web.middleware).
SLOW_REQUEST_MS = env.int("SLOW_REQUEST_MS", default=2000)

# One line for whoever watches the screen; production says the same as JSON, and more of it (justice.logs).
LOGGING = logs.settings_for(screen=True)
