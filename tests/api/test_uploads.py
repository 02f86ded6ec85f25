"""Uploads of rules: the only requests that are no JSON; limited, strict, with a dry run and one effect."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from mappings.models import MappingVersion
from mappings.selectors import rules_of
from portal.core.api import viewsets
from tests.api.client import problem
from tests.api.world import WHY

GOOD = b"kind,account,center,target\nexplicit,4010,,REV\nexplicit,5000,,COMP\n"


@pytest.fixture
def url(world) -> str:
    return f"/api/v1/mapping-versions/{world.ids['mapping_versions']}/"


def send(call, url, data: bytes, **more):
    caller = call("architect")
    etag = more.pop("If_Match", None) or caller.etag(url)
    return caller.upload(f"{url}rules-import/", {"file": data, "reason": WHY, **more}, If_Match=etag)


def targets(world) -> set[str]:
    version = MappingVersion.objects.get(pk=world.ids["mapping_versions"])
    return {rule.target for rule in rules_of(version)}


def test_a_dry_run_tells_what_the_import_then_does(world, call, url):
    dry = send(call, url, GOOD, dry_run="true").json()
    assert (dry["dry_run"], dry["added"], dry["faults"]) == (True, 2, [])
    assert targets(world) == {"REV"}
    done = send(call, url, GOOD)
    assert (done.status_code, done.json()["added"], done.json()["dry_run"]) == (200, 2, False)
    assert done.json()["lines"] == dry["lines"]
    assert done["ETag"] == done.json()["version_etag"] == call("architect").etag(url) != ""
    assert targets(world) == {"REV", "COMP"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"kind,account,center,target\nexplicit,4010,,\n",
        b"kind,account,center,target\nexplicit,4010,,REV\nexplicit,4010,,COMP\n",
        b"a,b\n1,2\n",
        b"PK\x03\x04 no workbook",
        b'kind,account,center,target\nexplicit,"4010,,REV\n',
    ],
)
def test_a_bad_file_gets_codes_with_places_and_changes_nothing(world, call, url, data):
    dry = send(call, url, data, dry_run="true")
    assert dry.status_code == 422 or dry.json()["faults"], dry.content
    response = send(call, url, data)
    found = problem(response)
    assert response.status_code == 422 and found["code"][:3] in ("MAP", "DQ-", "SRC"), found
    assert targets(world) == {"REV"}


def test_a_form_is_as_strict_as_json(world, call, url):
    assert problem(send(call, url, GOOD, state="approved"))["code"] == "API-004"
    assert problem(send(call, url, GOOD, dry_run="maybe"))["code"] == "API-005"
    assert problem(send(call, url, GOOD, reason="\u202e"))["code"] == "API-005"
    assert send(call, url, GOOD, If_Match='"old"').status_code == 412
    body = {"file": "not a file", "reason": WHY}
    etag = call("architect").etag(url)
    response = call("architect").upload(f"{url}rules-import/", body, If_Match=etag)
    assert (response.status_code, problem(response)["code"]) == (400, "API-005")
    response = call("architect").post(f"{url}rules-import/", {"reason": WHY}, If_Match=etag)
    assert response.status_code == 415
    assert "Content-Type: application/json" in problem(response)["detail"]
    assert targets(world) == {"REV"}


def test_too_many_bytes_are_refused_before_they_are_read(world, call, url, monkeypatch):
    monkeypatch.setattr(viewsets, "MAX_UPLOAD_BYTES", 1000)
    response = send(call, url, b"x" * 2000)
    assert (response.status_code, problem(response)["code"]) == (413, "API-002")


def test_broken_forms_get_400(world, call, url):
    etag = call("architect").etag(url)
    for raw in (
        b"",
        b"--x\r\n",
        b"\x00" * 100,
        b"--BoUnDaRyStRiNg\r\nContent-Disposition: form-data\r\n\r\nx",
    ):
        for media in (MULTIPART_CONTENT, "multipart/form-data", "multipart/form-data; boundary=\xe4"):
            response = call("architect").raw(
                "post", f"{url}rules-import/", raw, media, If_Match=etag, Idempotency_Key="k"
            )
            assert response.status_code in (400, 415, 422), (raw, media, response.status_code)
            problem(response)


def test_a_browser_upload_needs_its_csrf_token(world, users, url):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    client.get("/api/v1/docs/", {"script": ""})
    headers = {"If-Match": client.get(url)["ETag"], "Idempotency-Key": "from-the-browser"}
    form = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("r.csv", GOOD), "reason": WHY})
    refused = client.generic("POST", f"{url}rules-import/", form, MULTIPART_CONTENT, headers=headers)
    assert (refused.status_code, problem(refused)["code"]) == (403, "IAM-020")
    token = client.cookies["csrftoken"].value
    done = client.generic(
        "POST", f"{url}rules-import/", form, MULTIPART_CONTENT, headers={**headers, "X-CSRFToken": token}
    )
    assert done.status_code == 200, done.content
    assert targets(world) == {"REV", "COMP"}
