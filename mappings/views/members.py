"""Members of a dimension: add, edit, import with a dry run, export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from mappings import selectors, services
from mappings.codes import Code
from mappings.forms import MemberAddForm, MemberEditForm
from mappings.models import Dimension, Member
from mappings.permissions import P
from mappings.services import MemberSpec, MembersResult
from mappings.services.member_files import COLUMNS, GROUP
from mappings.views.dimensions import OnDimension
from portal.core.errors import Conflict, NotFound
from portal.core.export import stream_csv
from portal.core.uploads import UploadForm
from portal.core.views import ObjectActionPage, ObjectPage, ObjectUploadPage

FIELDS = ("name", "parent", "attributes", "valid_from", "valid_to")


class MemberAddView(OnDimension, ObjectActionPage):
    title = "Add a member"
    form_class = MemberAddForm
    submit_label = "Add the member"

    def perform(self, form: MemberAddForm) -> str:
        values = form.values
        reason, code = values.pop("reason"), values["code"]
        if Member.objects.filter(dimension=self.object, code=code).exists():
            raise Conflict(Code.MDM_010, f"{self.object} has a member {code} already.", place="code")
        services.members_load(
            actor=self.actor, reason=reason, dimension_id=self.object.pk, members=[MemberSpec(**values)]
        )
        return str(code)

    def success_message(self, result: str) -> str:
        return f"The member {result} is added."


class MemberEditView(OnDimension, ObjectActionPage):
    form_class = MemberEditForm
    submit_label = "Save the member"
    member: Member

    def prepare(self) -> None:
        super().prepare()
        member = Member.objects.filter(dimension=self.object, pk=self.kwargs["member"]).first()
        if member is None:
            raise NotFound(f"{self.object} has no such member.", code=Code.MDM_012)
        self.member = member
        self.title = f"Edit {member.code}"

    def stored(self) -> dict[str, Any]:
        return {name: getattr(self.member, name) for name in FIELDS}

    def perform(self, form: MemberEditForm) -> Member:
        return services.member_edit(
            actor=self.actor, dimension_id=self.object.pk, code=self.member.code, **form.values
        )

    def success_message(self, result: Member) -> str:
        return f"The member {result.code} is saved."


class MembersImportView(OnDimension, ObjectUploadPage):
    title = "Import members"
    template_name = "mappings/members_import.html"
    lead = (
        "Members are matched by code. Those that the file does not name stay as they are, and so does what "
        "it has no column for; an empty cell clears the value."
    )
    headings = f"{', '.join(COLUMNS)}, {GROUP}NAME for each attribute; only {COLUMNS[0]} is required"

    def load(self, form: UploadForm, content: bytes, dry_run: bool) -> MembersResult:
        members, faults = services.member_specs(content)
        return services.members_load(
            actor=self.actor,
            reason=form.cleaned_data["reason"],
            dimension_id=self.object.pk,
            members=members,
            faults=faults,
            dry_run=dry_run,
            revision=int(self.file.state) if self.file and not dry_run else None,
        )

    def state(self, form: UploadForm) -> str:
        return str(self.object.revision)

    def counts(self, result: MembersResult) -> Sequence[tuple[str, int]]:
        return [("added", result.added), ("changed", result.changed), ("unchanged", result.unchanged)]


class MembersExportView(ObjectPage):
    """All members as the CSV that the import reads back."""

    model = Dimension
    permission = P.DIMENSION_VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        members = selectors.members_snapshot(self.object).members
        headings = services.member_headings(members)
        lines = stream_csv(headings, services.member_rows(members, headings))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.object.code}.csv"'
        response["Cache-Control"] = "private, no-store"
        return response
