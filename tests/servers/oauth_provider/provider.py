# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An OAuth 2.0 provider with a protected resource: django-oauth-toolkit on SQLite.

Run with the Python of the environment "servers"::

    python provider.py --port 8001 --folder /tmp/provider --redirect-uri http://…/callback

PKCE is required, and each refresh token is good for one refresh. ``/control`` tells a
test how often tokens were asked for, and changes what the provider does next.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings

CLIENT_ID, CLIENT_SECRET = "connector", "client s3cr3t+/="
LOGIN, PASSWORD = "ada", "lovelace"
LOGIN_PAGE = "<form method=post>{% csrf_token %}{{ form }}</form>"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {"registration/login.html": LOGIN_PAGE},
                ),
                "django.template.loaders.app_directories.Loader",
            ],
        },
    }
]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--redirect-uri", required=True)
    return parser.parse_args()


def configure(folder: Path) -> None:
    settings.configure(
        SECRET_KEY="of a test",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="provider",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        # current tables, without migrations
        MIGRATION_MODULES=dict.fromkeys(
            ("auth", "contenttypes", "sessions", "oauth2_provider")
        ),
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "provider.sqlite",
                "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE"},
            }
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        MIDDLEWARE=[
            "provider.observe",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=TEMPLATES,
        LOGIN_URL="/accounts/login/",
        OAUTH2_PROVIDER={
            "PKCE_REQUIRED": True,
            "ROTATE_REFRESH_TOKEN": True,
            "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
            "SCOPES": {"read": "Read", "write": "Write"},
            "ALLOWED_REDIRECT_URI_SCHEMES": ["http"],
        },
    )


class Control:
    """The requests that the provider counted, and its prepared answer."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.requests: dict[str, int] = {}
        #: an answer instead of that of the token endpoint: status, type, headers, body
        self.answer: dict | None = None
        #: seconds that the token endpoint waits after it has done its work
        self.delay = 0.0
        #: the requests that have waited, or still wait, for that
        self.delayed = 0


CONTROL = Control()


def observe(get_response):
    """Middleware that counts the requests of the token endpoint and the resource."""
    from django.http import HttpResponse

    def middleware(request):
        key = request.path
        if request.path == "/o/token/":
            key = request.POST.get("grant_type", "?")
        with CONTROL.lock:
            CONTROL.requests[key] = CONTROL.requests.get(key, 0) + 1
        if request.path == "/o/token/" and CONTROL.answer:
            answer = CONTROL.answer
            response = HttpResponse(
                answer.get("body", ""),
                status=answer.get("status", 200),
                content_type=answer.get("type", "application/json"),
            )
            for name, value in answer.get("headers", {}).items():
                response[name] = value
            return response
        response = get_response(request)
        if request.path == "/o/token/" and CONTROL.delay:
            CONTROL.delayed += 1
            time.sleep(CONTROL.delay)
        return response

    return middleware


def control(request):
    """Change what the provider does next, and return its counts."""
    from django.http import JsonResponse
    from oauth2_provider.models import AccessToken, RefreshToken
    from oauth2_provider.settings import oauth2_settings

    if request.method == "POST":
        change = json.loads(request.body)
        if change.pop("reset", False):
            CONTROL.reset()
        if change.pop("revoke", False):
            RefreshToken.objects.all().delete()
            AccessToken.objects.all().delete()
        if change.pop("revoke_access", False):
            for token in AccessToken.objects.all():
                token.expires = token.expires.replace(year=2000)
                token.save()
        for name in ("lifetime", "grace"):
            if name in change:
                setting = {
                    "lifetime": "ACCESS_TOKEN_EXPIRE_SECONDS",
                    "grace": "REFRESH_TOKEN_GRACE_PERIOD_SECONDS",
                }[name]
                setattr(oauth2_settings, setting, change.pop(name))
        for name, value in change.items():
            setattr(CONTROL, name, value)
    counts = {
        "delayed": CONTROL.delayed,
        "refresh_tokens": RefreshToken.objects.filter(revoked=None).count(),
        "access_tokens": AccessToken.objects.count(),
    }
    return JsonResponse({"requests": CONTROL.requests, **counts})


def make_urls():
    from django.contrib.auth.views import LoginView
    from django.http import HttpResponse, JsonResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt
    from oauth2_provider.views import AuthorizationView, RevokeTokenView, TokenView
    from oauth2_provider.views.generic import ProtectedResourceView

    class Partners(ProtectedResourceView):
        def get(self, request):
            return JsonResponse([{"id": 1, "name": "Ada"}], safe=False)

    class Unauthorized(Partners):
        def dispatch(self, request, *args, **kwargs):
            response = super().dispatch(request, *args, **kwargs)
            if response.status_code == 403:  # django-oauth-toolkit's word for it
                response.status_code = 401
            return response

    def closed(request):
        """Refuse every token."""
        return HttpResponse("no", status=401)

    return [
        path("accounts/login/", LoginView.as_view()),
        path("o/authorize/", AuthorizationView.as_view(), name="authorize"),
        path("o/token/", TokenView.as_view(), name="token"),
        path("o/revoke_token/", RevokeTokenView.as_view(), name="revoke-token"),
        path("api/partners", Unauthorized.as_view()),
        path("api/closed", closed),
        path("control", csrf_exempt(control)),
    ]


def prepare_database(redirect_uri: str) -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", run_syncdb=True, verbosity=0)
    user = get_user_model().objects.create_user(LOGIN, password=PASSWORD)
    for client_id, grant in (
        (CLIENT_ID, Application.GRANT_AUTHORIZATION_CODE),
        (f"{CLIENT_ID}-service", Application.GRANT_CLIENT_CREDENTIALS),
    ):
        Application.objects.create(
            name="Odoo",
            client_id=client_id,
            client_secret=CLIENT_SECRET,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=grant,
            redirect_uris=redirect_uri,
            user=user,
        )


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class QuietHandler(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_message(self, *arguments: object) -> None:
        """Write nothing."""


def main() -> None:
    global urlpatterns
    arguments = parse_arguments()
    sys.modules["provider"] = sys.modules[__name__]  # as the settings call it
    configure(arguments.folder)
    django.setup()
    urlpatterns = make_urls()
    prepare_database(arguments.redirect_uri)
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    make_server(
        "127.0.0.1", arguments.port, application, ThreadingServer, QuietHandler
    ).serve_forever()


if __name__ == "__main__":
    main()
