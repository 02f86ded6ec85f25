"""Every form over something that exists carries the version it shows: a page left open overwrites nothing."""

from __future__ import annotations

from django.db import transaction
from django.urls import get_resolver
from django.views import View

from catalog.models import Connection
from portal.access.models import Role
from portal.core.views.acting import ActionMixin
from portal.core.views.uploading import UploadMixin
from tests.factories.web import AREAS, address, as_shown

SUGGESTS = {
    "access:grant-propose": "the person whose page led here, and today",
    "access:grant-revoke": "today",
    "access:token-issue": "a number of days",
    "approvals:policy-propose": "a number of approvals",
    "catalog:connection-propose": "the environment that is most often meant",
    "catalog:ownership-end": "today",
    "catalog:ownership-propose": "the object whose page led here",
    "catalog:system-register": "the kind that is most often meant",
    "mappings:mapping-set-register": "the kind that is most often meant",
    "syncengine:flow-define": "the skeleton of a definition",
    "syncengine:quarantine-assign": "oneself",
    "syncengine:run-plan": "the period and the mode that are most likely",
}
"""Forms that begin with values which stand nowhere yet: nothing could be overwritten unseen."""

OTHERWISE = {
    "approvals:change-approve": "a decision names the hash of the content it was made on",
    "approvals:change-comment": "a comment is added and changes nothing",
    "approvals:change-push-back": "a decision, as above",
    "approvals:change-reject": "a decision, as above",
    "approvals:change-resubmit": "an act on a state",
    "approvals:change-withdraw": "an act on a state",
    "desk:theme": "a choice of the browser",
}
"""Addresses that take a form without being an action page, with what keeps them from overwriting."""

PEOPLE = ("architect", "controller_a", "sod_admin", "operator")
STARTED_FROM = {
    "access:role-propose": lambda world: f"?role={Role.objects.get(pk=world.ids['role']).code}",
    "catalog:connection-propose": lambda world: f"?connection={Connection.objects.get(code='erp-files').pk}",
}
"""Forms of something new that also begin from something that exists."""

EDITS = {
    "access:person-edit", "access:role-propose", "catalog:connection-propose", "catalog:finance-object-edit",
    "catalog:schema-propose", "catalog:system-edit", "fiscal:period-set-state", "mappings:dimension-edit",
    "mappings:member-edit", "mappings:rule-add", "mappings:rule-edit", "mappings:rule-remove",
    "mappings:version-edit", "syncengine:version-edit", "syncengine:version-start",
}  # fmt: skip
"""Forms that the walk must have tried; a new one is tried by being there."""

NEW_RULE = {"kind": "explicit", "column_account": "5100", "target": "REV", "sign": "1"}
"""What is typed into the one form that carries a version and makes something new."""


def views() -> dict[str, type[View]]:
    """Whatever takes a form, by name."""
    found = {}
    for area in AREAS:
        for pattern in get_resolver().namespace_dict[area][1].url_patterns:
            view = getattr(getattr(pattern, "callback", None), "view_class", None)
            if view and hasattr(view, "post"):
                found[f"{area}:{pattern.name}"] = view
    return found


def forms_shown(world, client, sign_in):
    """Name, address and answer of the form of every action page, opened by somebody who may."""
    names = [name for name, view in views().items() if issubclass(view, ActionMixin)]
    seen = set()
    for person in PEOPLE:
        sign_in(person)
        for name in names:
            for query in ("", STARTED_FROM[name](world) if name in STARTED_FROM else ""):
                url = address(name, world) + query
                answer = client.get(url) if url not in seen else None
                if answer is not None and answer.status_code == 200:
                    seen.add(url)
                    yield name, url, answer


def begins_with_values(form) -> bool:
    return any(field.value() not in (None, "", [], "{}", {}) for field in form.visible_fields())


def carried(answer) -> dict[str, str]:
    """The versions that a form carries."""
    form = answer.context["form"]
    own = {name: form[name].value() for name in ("revision", "content_sha256") if name in form.fields}
    version = answer.context.get("version_read")
    return {**own, **({"version_read": version} if version else {})}


def older(versions: dict[str, str]) -> dict[str, str]:
    """The versions of a page that was opened before something changed."""
    made = {"revision": lambda text: str(int(text) + 1), "content_sha256": lambda text: "0" * len(text)}
    return {name: made.get(name, _older_digests)(str(text)) for name, text in versions.items()}


def _older_digests(version: str) -> str:
    parts = [part.partition("=") for part in version.split(" ")]
    return " ".join(f"{field}={digest[::-1]}" for field, _, digest in parts)


def faults_of(client, url: str, answer) -> list[str]:
    """What is wrong with a form that comes back from a page that was left open."""
    versions = carried(answer)
    new = NEW_RULE if "column_account" in answer.context["form"].fields else {}
    typed = as_shown(answer, reason="Typed for a long time", **new)
    stale = client.post(url, {**typed, **older(versions)})
    html = stale.content.decode()
    if stale.status_code != 412 or "API-007" not in html:
        return [f"a stale form is answered with {stale.status_code}"]
    again = client.post(url, as_shown(stale))
    bare = client.post(url, {key: value for key, value in typed.items() if key not in versions})
    found = {
        "loses what was typed": "Typed for a long time" not in html,
        "does not carry the present version afterwards": carried(stale) != versions,
        "is refused for ever": "API-007" in again.content.decode(),
        f"is saved without a version: {bare.status_code}": bare.status_code not in (404, 422),
    }
    return [fault for fault, there in found.items() if there]


def test_whatever_takes_a_form_is_an_action_page_or_says_why_not():
    others = {name for name, view in views().items() if not issubclass(view, ActionMixin)}
    assert others == set(OTHERWISE), "give a new one a base that compares versions, or say why it needs none"


def test_every_form_over_what_exists_carries_its_version_and_a_stale_one_is_refused(world, client, sign_in):
    bare, wrong, shown, tried = set(), [], set(), set()
    for name, url, answer in forms_shown(world, client, sign_in):
        shown.add(name)
        if not carried(answer):
            bare |= (
                {f"{name}?" if "?" in url else name} if begins_with_values(answer.context["form"]) else set()
            )
        elif not issubclass(views()[name], UploadMixin) and not answer.context["blocked"]:
            tried.add(name)
            with transaction.atomic():
                wrong += [f"{name}: {fault}" for fault in faults_of(client, url, answer)]
                transaction.set_rollback(True)
    assert bare == set(SUGGESTS) & shown, "values that exist belong to `stored` of their page"
    assert not wrong
    assert tried >= EDITS
