"""Base of every resource: door, one transaction, one effect, ETag; subclasses only call services."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, ClassVar, Protocol

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from portal.core import authority
from portal.core.actor import Actor
from portal.core.api import idempotency, preconditions
from portal.core.api.operations import Op
from portal.core.api.serializers import PRUNED
from portal.core.canonical import sha256_hex
from portal.core.codes import Code
from portal.core.denials import kept
from portal.core.errors import BadInput, DomainError, OutOfScope, TooLarge
from portal.core.locking import locked

Handler = Callable[..., HttpResponseBase]
SAFE = ("GET", "HEAD")
DETAIL_PARAMETERS = {"fields", "format"}
MAX_UPLOAD_BYTES = 64 * 1024 * 1024


class Selector(Protocol):
    """What the actor may see of a resource."""

    def __call__(self, actor: Actor, /) -> QuerySet: ...


def file_hash(upload: UploadedFile) -> str:
    """sha256 of an uploaded file, which is left at its beginning."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def out_of_scope() -> OutOfScope:
    """The one answer for what is absent and for what the caller may not see."""
    return OutOfScope("There is no such object in your scope.")


class Resource(GenericViewSet):
    """A resource of the API. `selector(actor)` reads, `operations` says who may do what with which body."""

    http_method_names = ["get", "head", "post", "patch"]
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class: type[BaseSerializer]
    selector: ClassVar[Selector]
    operations: ClassVar[Mapping[str, Op]] = {}
    cursor_orderings: ClassVar[tuple[str, ...]] = ("-id", "id")

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request.actor  # type: ignore[attr-defined]
        return actor

    @property
    def op(self) -> Op:
        """The row of the present action. Raises MethodNotAllowed when there is none."""
        try:
            return self.operations[self.action or ""]
        except KeyError:
            raise MethodNotAllowed(self.request.method or "") from None

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            model: type[Model] = self.serializer_class.Meta.model  # type: ignore[attr-defined]
            return model._default_manager.none()
        return type(self).selector(self.actor)

    def fetch(self, pk: Any) -> Model:
        """One object in the actor's scope. Raises OutOfScope: absent and hidden look the same."""
        obj: Model | None = self.get_queryset().filter(pk=pk).first()
        if obj is None:
            raise out_of_scope()
        return obj

    @cached_property
    def instance(self) -> Any:
        """The object that the address names."""
        return self.fetch(self.kwargs["pk"])

    # -- door ------------------------------------------------------------------------------------------

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        op = self.op
        with self._kept():
            obj = self.instance if self.detail else None
            if op.permission is not None:
                authority.check(self.actor, op.permission, obj)
        if request.method in SAFE and self.action != "list" and not op.paged:
            self._refuse_unknown_parameters(request)

    def _kept(self) -> AbstractContextManager[None]:
        attempted = self.op.permission or self.op.attempted
        return kept(self.actor, attempted, writing=self.request.method not in SAFE, named=self.kwargs)

    def _refuse_unknown_parameters(self, request: Request) -> None:
        unknown = sorted(set(request.query_params) - DETAIL_PARAMETERS - self.extra_parameters())
        if unknown:
            raise BadInput(Code.API_012, f"Unknown query parameter: {unknown[0][:80]}.")

    def extra_parameters(self) -> set[str]:
        """Query parameters of reads that are no lists."""
        return set()

    def get_parsers(self) -> list[BaseParser]:
        parsers = super().get_parsers()
        method = (getattr(self.request, "method", None) or "").lower()
        action = getattr(self, "action_map", {}).get(method)
        row = self.operations.get(action or "")
        return [MultiPartParser()] if row is not None and row.upload else parsers

    # -- one transaction, one effect -------------------------------------------------------------------

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As in the framework, with writes inside one transaction together with their remembered answer."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = {**self.default_response_headers, "Cache-Control": "private, no-cache"}
        response: HttpResponseBase
        try:
            self._refuse_large(request)
            self.initial(self.request, *args, **kwargs)
            handler: Handler = getattr(self, (request.method or "").lower(), self.http_method_not_allowed)
            if request.method in SAFE:
                response = handler(self.request, *args, **kwargs)
            elif request.method == "POST":
                response = self._once(handler)
            else:
                response = self._write(handler, None)
        except Exception as exc:
            response = self.handle_exception(exc)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)  # type: ignore[arg-type]
        return self.response

    def _refuse_large(self, request: Any) -> None:
        """Before anything is read: reading a form for its CSRF token would store the files."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_UPLOAD_BYTES:
            raise TooLarge(Code.API_002, f"A request has at most {MAX_UPLOAD_BYTES} bytes.")

    def _once(self, handler: Handler) -> HttpResponseBase:
        key = idempotency.demand_key(self.request.headers.get("Idempotency-Key"))
        account_id = self.actor.account_id or 0
        held = idempotency.claim(account_id=account_id, key=key, fingerprint=self._fingerprint())
        if isinstance(held, idempotency.Answer):
            replay = HttpResponse(held.body, status=held.status, headers=held.headers)
            replay["Idempotent-Replayed"] = "true"
            return replay
        try:
            return self._write(handler, held)
        except Exception:
            idempotency.release(held)
            raise

    def _write(self, handler: Handler, held: idempotency.Claim | None) -> HttpResponseBase:
        with transaction.atomic():
            if self.detail and self.op.if_match:
                self._demand_match()
            response: HttpResponseBase
            try:
                with self._kept():
                    response = handler(self.request, *self.args, **self.kwargs)
            except DomainError as error:
                # The service has rolled back to its own savepoint; its entry of the denial must stay.
                response = self.handle_exception(error)
            if held is not None:
                idempotency.remember(held, self._answer_to_keep(response))
            return response

    def _demand_match(self) -> None:
        locked(type(self.instance)._base_manager.filter(pk=self.instance.pk)).first()
        self.instance = self.fetch(self.kwargs["pk"])
        preconditions.demand_match(self.request.headers.get("If-Match"), self.etag(self.instance))

    def _fingerprint(self) -> str:
        request = self.request._request
        parts = [str(request.method), request.get_full_path()]
        if (request.content_type or "").startswith("multipart/"):
            form: Any = self.request.data
            for name, value in sorted(form.items()):
                parts += [name, file_hash(value) if isinstance(value, UploadedFile) else sha256_hex(value)]
        else:
            parts.append(sha256_hex(request.body))
        return sha256_hex("\n".join(parts))

    def _answer_to_keep(self, response: HttpResponseBase) -> idempotency.Answer:
        data = self.replayable(getattr(response, "data", None))
        headers = {name: response[name] for name in ("Location", "ETag") if name in response}
        headers["Content-Type"] = getattr(response, "content_type", None) or "application/json"
        return idempotency.Answer(response.status_code, JSONRenderer().render(data).decode(), headers)

    def replayable(self, data: Any) -> Any:
        """What a repeated request is told; secrets are left out by those who answer with one."""
        return data

    # -- representations -------------------------------------------------------------------------------

    def represent(self, obj: Any) -> dict[str, Any]:
        """The full representation, from which the ETag is made."""
        return dict(self.serializer_class(obj, context=self.get_serializer_context()).data)

    def etag(self, obj: Any) -> str:
        return preconditions.etag_of(self.represent(obj))

    def body(self) -> dict[str, Any]:
        """Validated values of the body, the reason included. Raises ValidationError, BadInput API-004."""
        serializer = self.op.body(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def sparse(self, serializer_class: type[BaseSerializer]) -> frozenset[str] | None:
        """Names of `?fields=`. Raises BadInput API-012 for a field that the representation does not have."""
        text = self.request.query_params.get("fields")
        if text is None:
            return None
        names = frozenset(text.split(","))
        known = set(serializer_class().fields)  # type: ignore[attr-defined]
        if unknown := sorted(names - known):
            raise BadInput(Code.API_012, f"fields: there is no field {unknown[0][:80]!r} here.")
        return names

    def page(self, queryset: QuerySet, serializer_class: type[BaseSerializer] | None = None) -> Response:
        """One cursor page of a queryset, filtered by the query parameters."""
        shape = serializer_class or self.serializer_class
        context = {**self.get_serializer_context(), PRUNED: self.sparse(shape)}
        rows = self.paginate_queryset(self.filter_queryset(queryset))
        return self.get_paginated_response(shape(rows, many=True, context=context).data)

    def changed(self, obj: Any, status: int | None = None) -> Response:
        """The object after a write, as it reads now, with its new ETag."""
        fresh = self.get_queryset().filter(pk=obj.pk).first() or obj
        data = self.represent(fresh)
        response = Response(data, status or self.op.status)
        response["ETag"] = preconditions.etag_of(data)
        return response

    def created(self, obj: Any) -> Response:
        """201 with Location and ETag."""
        response = self.changed(obj, 201)
        response["Location"] = f"{self.request.path}{obj.pk}/"
        return response


class Listed(Resource):
    """GET on the collection: filters, ordering, sparse fields, cursor pages."""

    def list(self, request: Request) -> Response:
        return self.page(self.get_queryset())


class Detailed(Resource):
    """GET on one object, with ETag; 304 when If-None-Match names it."""

    def retrieve(self, request: Request, pk: str) -> HttpResponseBase:
        data = self.represent(self.instance)
        tag = preconditions.etag_of(data)
        response: HttpResponseBase
        if preconditions.unchanged(request.headers.get("If-None-Match"), tag):
            response = HttpResponse(status=304)
        else:
            wanted = self.sparse(self.serializer_class)
            response = Response(data if wanted is None else {k: v for k, v in data.items() if k in wanted})
        response["ETag"] = tag
        return response
