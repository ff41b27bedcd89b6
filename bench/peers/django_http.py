"""Django on SQLite: the same rows behind a session-like token, as a small company would write it.

Arguments: port, database file, rows. Served by gunicorn with one worker per core.
"""

import json
import os
import sys

import django
from django.conf import settings
from django.db import connection, models

port, file, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "CONN_MAX_AGE": None}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.forms.models import model_to_dict  # noqa: E402
from django.http import HttpResponseForbidden, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Category(models.Model):
    name = models.TextField()

    class Meta:
        app_label = "bench"


class Material(models.Model):
    organization_id = models.BigIntegerField(db_index=True)
    material_code = models.CharField(max_length=50, unique=True)
    name = models.TextField()
    description = models.TextField(null=True)
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT)
    unit_of_measure = models.TextField()
    standard_cost = models.DecimalField(max_digits=18, decimal_places=6)
    minimum_stock_level = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    maximum_stock_level = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    reorder_point = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "bench"


def shown(m):
    return {**model_to_dict(m), "id": m.id, "category_name": m.category and m.category.name}


def mine():
    return Material.objects.select_related("category").filter(organization_id=1)


def one(request, key):
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    return JsonResponse(shown(mine().get(pk=key)))


def page(request):
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    skip = (int(request.GET.get("page", 1)) - 1) * 50
    found = mine().filter(is_active=True)
    rows = found.order_by("material_code")[skip : skip + 50]
    return JsonResponse({"materials": [shown(m) for m in rows], "total": found.count()})


urlpatterns = [path("materials/<int:key>", one), path("materials", page)]


def fill():
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Category)
        editor.create_model(Material)
    steel = Category.objects.create(name="Raw Materials - Steel")
    Material.objects.bulk_create(
        (
            Material(
                organization_id=1, material_code=f"MTL-{n:07}", name=f"Steel sheet {n}", description="5052 alloy, cold rolled",
                category=steel, unit_of_measure="kg", standard_cost=150, minimum_stock_level=500, maximum_stock_level=2000, reorder_point=1000,
            )
            for n in range(1, rows + 1)
        ),
        batch_size=500,
    )
    user = User.objects.create_user("bench")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    connection.close()
    return session.session_key


if __name__ == "__main__":
    key = fill()
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self):
            self.cfg.set("bind", f"127.0.0.1:{port}")
            self.cfg.set("workers", os.cpu_count())
            self.cfg.set("keepalive", 30)
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", 4)

        def load(self):
            return get_wsgi_application()

    print(json.dumps({"cookie": f"sessionid={key}"}), flush=True)
    Server().run()
