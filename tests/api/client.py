"""A client that sends what the API asks of every request, and reads problems."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from portal.people.models import User


class Caller:
    """Someone who calls the API: by session, by token, or as nobody."""

    def __init__(self, user: User | None = None, token: str = "") -> None:
        self.client = APIClient()
        if token:
            self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        elif user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, url: str, query: dict[str, Any] | None = None, **headers: str):
        return self.client.get(url, query or {}, headers=_dashed(headers))

    def send(self, method: str, url: str, body: Any = None, **headers: str):
        """A JSON write; a POST gets a fresh Idempotency-Key unless one is given (blank: none)."""
        raw = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
        return self.raw(method, url, raw, headers.pop("content_type", "application/json"), **headers)

    def upload(self, url: str, body: dict[str, Any], **headers: str):
        """A POST of a form; values of type bytes become files."""
        parts = {
            name: SimpleUploadedFile("rules.csv", value) if isinstance(value, bytes) else value
            for name, value in body.items()
        }
        return self.raw("post", url, encode_multipart(BOUNDARY, parts), MULTIPART_CONTENT, **headers)

    def raw(self, method: str, url: str, raw: bytes, media: str, **headers: str):
        sent = _dashed(headers)
        if method == "post":
            sent.setdefault("Idempotency-Key", uuid.uuid4().hex)
        sent = {name: value for name, value in sent.items() if value}
        return self.client.generic(method.upper(), url, raw, content_type=media, headers=sent)

    def post(self, url: str, body: Any = None, **headers: str):
        return self.send("post", url, body, **headers)

    def patch(self, url: str, body: Any = None, **headers: str):
        return self.send("patch", url, body, **headers)

    def etag(self, url: str) -> str:
        response = self.get(url)
        assert response.status_code == 200, (url, response.content[:300])
        return response["ETag"]


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def problem(response: Any) -> dict[str, Any]:
    """The problem document of a refusal; everything the API refuses is one."""
    assert response["Content-Type"] == "application/problem+json", (response.status_code, response.content)
    body = json.loads(response.content)
    assert {"type", "title", "status", "code", "request_id"} <= set(body)
    assert body["status"] == response.status_code
    return body
