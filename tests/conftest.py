"""The people of every test, and a flush that may pass the audit's guards."""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import TransactionTestCase

from portal.access.functions import Function as F
from portal.access.models import Grant, Role
from portal.audit.guards import SQLITE, TABLE
from portal.core.actor import Actor, Source
from portal.people.actors import actor_for
from portal.people.models import Person, User
from tests.factories.shared import QUICK_HASHERS, shared_rows
from tests.factories.web import make_world

# Tests leave little to collect; looking for it took a thirtieth of their time.
gc.set_threshold(100_000, 50, 100)
PASSWORD = "correct-horse-battery-9"
DUTIES = {
    "architect": [F.VIEW, F.CAT_AUTHOR, F.CONN_ENDPOINT, F.SOR_ASSIGN, F.FLOW_DEF, F.MAP_PREP, F.MDM_MAINT, F.FX_RATE, F.CAL_MAINT, F.TOKEN_ISSUE],
    "controller_a": [F.VIEW, F.MAP_PREP, F.MAP_APPR, F.FLOW_DEF, F.FLOW_APPR, F.SOR_APPR, F.CAT_APPR, F.CONN_APPR, F.FX_APPR, F.QUAR_FIX, F.QUAR_RELEASE, F.TOKEN_ISSUE],
    "controller_b": [F.VIEW, F.MAP_PREP, F.MAP_APPR, F.FLOW_APPR, F.SOR_APPR, F.CAT_APPR, F.CONN_APPR, F.FX_APPR, F.QUAR_FIX, F.QUAR_RELEASE],
    "sod_admin": [F.VIEW, F.ROLE_DEF, F.ROLE_GRANT, F.POLICY_EDIT],
    "sod_approver": [F.VIEW, F.ROLE_APPR, F.POLICY_APPR],
    "operator": [F.VIEW, F.FLOW_RUN, F.QUAR_FIX, F.TOKEN_ISSUE],
    "auditor": [F.VIEW, F.AUDIT_READ],
    "stranger": [],
}  # fmt: skip


def make_person(name: str, duties: list[F], kind: str = "person") -> User:
    """A person with one account and one role that holds exactly these duties everywhere."""
    person = Person.objects.create(code=name, name=name.replace("_", " ").title())
    user = User.objects.create_user(username=name, password=PASSWORD, person=person, kind=kind)
    if duties:
        role = Role.objects.create(code=f"role-{name}", name=name, functions=sorted(map(str, duties)))
        Grant.objects.create(person=person, role=role, valid_from=dt.date(2020, 1, 1))
    return user


POSTGRES = "postgresql" in django_settings.DATABASES["default"]["ENGINE"]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
NEEDS = {
    "postgres": (POSTGRES, "needs PostgreSQL: set DATABASE_URL"),
    "broker": (bool(django_settings.BROKER_URL), "needs RabbitMQ: set BROKER_URL"),
    "e2e": (bool(CHROMIUM), "needs Chromium: install it or set CHROMIUM=/path"),
}


def pytest_configure(config):
    """Static files are looked up when they are asked for: each of a thousand clients would list them all first."""
    django_settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(config, items):
    """Skip, with a reason, what this machine lacks; SQLite's own tests are not part of a PostgreSQL run."""
    for item in items:
        for marker, (present, reason) in NEEDS.items():
            if not present and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
    if POSTGRES:
        items[:] = [item for item in items if not item.get_closest_marker("sqlite")]


def pytest_sessionfinish(session, exitstatus):
    """Where everything is at hand (TIEOUT_NO_SKIPS=1), a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("TIEOUT_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = 1


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = QUICK_HASHERS


@pytest.fixture(autouse=True)
def own_staged_files(settings, tmp_path_factory):
    settings.STAGED_DIR = tmp_path_factory.getbasetemp() / "staged"


@pytest.fixture
def make_user(db):
    return make_person


def make_people() -> dict[str, User]:
    """Everybody of DUTIES as make_person makes them, in four statements."""
    titles = {name: name.replace("_", " ").title() for name in DUTIES}
    persons = Person.objects.bulk_create([Person(code=name, name=titles[name]) for name in DUTIES])
    password = make_password(PASSWORD)
    users = [User(username=person.code, person=person, password=password) for person in persons]
    on_duty = [person for person in persons if DUTIES[person.code]]
    roles = Role.objects.bulk_create(
        [
            Role(code=f"role-{each.code}", name=each.code, functions=sorted(map(str, DUTIES[each.code])))
            for each in on_duty
        ]
    )
    since = dt.date(2020, 1, 1)
    Grant.objects.bulk_create(
        [
            Grant(person=person, role=role, valid_from=since)
            for person, role in zip(on_duty, roles, strict=True)
        ]
    )
    return {user.username: user for user in User.objects.bulk_create(users)}


@pytest.fixture
def users(db) -> dict[str, User]:
    return make_people()


@pytest.fixture(scope="module")
def module_world(django_db_setup, django_db_blocker):
    """The people and one of everything that has a page, once for all tests of a module."""
    with shared_rows(django_db_blocker, lambda: make_world(make_people()), "pages") as made:
        yield made


def _actor(users: dict[str, User], name: str) -> Actor:
    return actor_for(users[name], source=Source.UI, request_id="test-request")


def _fixture(name: str):
    @pytest.fixture(name=name)
    def actor(users):
        return _actor(users, name)

    return actor


architect = _fixture("architect")
controller_a = _fixture("controller_a")
controller_b = _fixture("controller_b")
sod_admin = _fixture("sod_admin")
sod_approver = _fixture("sod_approver")
operator = _fixture("operator")
auditor = _fixture("auditor")
stranger = _fixture("stranger")


@pytest.fixture
def pipeline(db) -> Actor:
    """A service account that may propose and run, never decide."""
    user = make_person("pipeline", [F.VIEW, F.MAP_PREP, F.MAP_APPR, F.FLOW_RUN], kind="service")
    return actor_for(user, source=Source.API, request_id="test-request")


def _drop_audit_guards() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in ("audit_no_change", "audit_no_truncate"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}")
        else:
            for name in SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


_teardown = TransactionTestCase._fixture_teardown


def _flush_past_the_guards(self) -> None:
    """Emptying the test database needs the triggers gone; post_migrate puts them back at once."""
    _drop_audit_guards()
    _teardown(self)


TransactionTestCase._fixture_teardown = _flush_past_the_guards
