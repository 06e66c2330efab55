"""django-helpdesk as its documentation sets it up, in the bench's own venv: `fill COUNT` makes the tables, a member of
staff and so many tickets (the first hundred one by one, the rest copies in SQL) and prints a session; `application` is
what gunicorn serves. The database is `DATABASE`, a libpq service string of host, port, name, user and password."""

import os
import sys

import django
from django.conf import settings

PLACE = dict(part.split("=", 1) for part in os.environ["DATABASE"].split(";"))
PLUGINS = (
    *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites"),
    *("django.contrib.messages", "django.contrib.staticfiles", "django.contrib.admin", "django.contrib.humanize"),
    *("rest_framework", "helpdesk"),
)
settings.configure(
    SECRET_KEY="bench",  # noqa: S106 - nobody else gets there
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="django_site",
    INSTALLED_APPS=PLUGINS,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": None,
            **{name.upper(): value for name, value in PLACE.items()},
        }
    },
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.debug",
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    SITE_ID=1,
    USE_TZ=True,
    STATIC_URL="/static/",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    HELPDESK_TEAMS_MODE_ENABLED=False,
    LOGIN_URL="/login/",
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - only once the settings stand
from django.urls import include, path  # noqa: E402 - as above

BY_HAND = 100
urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
application = get_wsgi_application()


def fill(count: int) -> None:
    """Tables, a member of staff, tickets; prints the session's cookie."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from helpdesk.models import Queue, Ticket

    call_command("migrate", verbosity=0)
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    admin = get_user_model().objects.create_superuser("bench", "bench@example.org", "bench")
    queue = Queue.objects.create(title="Helpdesk", slug="helpdesk", email_address="helpdesk@example.org")
    for n in range(BY_HAND):
        Ticket.objects.create(
            queue=queue,
            title=f"Baucar {n} tersangkut",
            description="Baucar bayaran tidak dapat diluluskan sejak pagi tadi. " * 5,
            submitter_email=f"pengadu{n}@example.org",
            assigned_to=admin,
            status=Ticket.OPEN_STATUS if n % 10 == 0 else Ticket.CLOSED_STATUS,
            priority=n % 5 + 1,
        )
    columns = ", ".join(f'"{field.column}"' for field in Ticket._meta.concrete_fields if not field.primary_key)
    with connection.cursor() as cursor:
        table = Ticket._meta.db_table
        copies = count // BY_HAND - 1
        cursor.execute(
            f"insert into {table} ({columns}) select {columns} from {table} cross join generate_series(1, %s)", [copies]
        )
        cursor.execute("vacuum analyze")
    client = Client()
    client.force_login(admin)
    print(client.cookies["sessionid"].value)


if __name__ == "__main__":
    fill(int(sys.argv[2]))
