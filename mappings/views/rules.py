"""Adding, editing and removing rules, and importing them from a file with a dry run first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse

from mappings import selectors, services
from mappings.codes import Code
from mappings.forms import RevisionForm, RuleForm, RulesImportForm
from mappings.models import MappingRule, MappingSet, MappingVersion
from mappings.permissions import P
from mappings.services import ImportResult
from mappings.views.meanwhile import edits_since
from mappings.views.obstacles import why_closed
from mappings.views.sets import prefilled, version_url
from mappings.views.versions import crumbs_of
from portal.core import authority
from portal.core.clock import today
from portal.core.errors import NotFound
from portal.core.views import Crumb, ObjectActionPage, UploadMixin

MAX_OFFERED = 500
"""Members offered as targets; a browser's list helps nobody beyond that."""


class _OnVersion(ObjectActionPage):
    """An edit of an open version."""

    model = MappingVersion
    permission = P.VERSION_EDIT
    carries = "revision"

    def get_queryset(self) -> Any:
        return MappingVersion.objects.select_related("mapping_set__target_dimension", "base")

    def stored_rows(self) -> QuerySet:
        """The set, which every edit of its versions holds first."""
        return MappingSet.objects.filter(pk=self.object.mapping_set_id)

    def blocked(self) -> str:
        return why_closed(self.object)

    def crumbs(self) -> Sequence[Crumb]:
        return crumbs_of(self.object, (self.title, ""))

    def get_lead(self) -> str:
        if self.object.state != "locked":
            return ""
        return "The version is under review: this edit voids the decisions made on it."

    def initial(self) -> dict[str, Any]:
        return {"revision": self.object.revision}

    def meanwhile(self, form: Any) -> Sequence[str]:
        return edits_since(self.object, form.cleaned_data["revision"])

    def cancel_url(self) -> str:
        return version_url(self.object)

    def success_url(self, result: Any) -> str:
        return version_url(self.object)


class _WritesRule(_OnVersion):
    """A rule in a form: members to choose a target from, and a warning when it leads to none yet."""

    def form_options(self) -> dict[str, Any]:
        mapping_set = self.object.mapping_set
        dimension = mapping_set.target_dimension
        seen = authority.visible(self.actor, dimension)
        targets = selectors.effective_members(dimension, today(), MAX_OFFERED) if seen else []
        return {"columns": mapping_set.column_names, "targets": targets}

    def finish(self, result: MappingRule) -> HttpResponse:
        answer = super().finish(result)
        dimension = self.object.mapping_set.target_dimension
        if result.target and selectors.unknown_members(dimension, [result.target]):
            messages.warning(
                self.request,
                f"The target {result.target} does not exist yet; submitting is refused until it does.",
            )
        return answer


class RuleAddView(_WritesRule):
    title = "Add a rule"
    form_class = RuleForm
    submit_label = "Add the rule"

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), **prefilled(self.request)}

    def perform(self, form: RuleForm) -> MappingRule:
        return services.rule_add(actor=self.actor, version_id=self.object.pk, **form.values)

    def success_message(self, result: MappingRule) -> str:
        return f"The rule {result.match_text} is added."


class _OnRule(_OnVersion):
    """An edit of one rule, or of the one that an edit put in its place meanwhile."""

    rule: MappingRule

    def prepare(self) -> None:
        super().prepare()
        rules, key = selectors.rules_of(self.object), self.kwargs["rule"]
        rule = rules.filter(pk=key).first() or rules.filter(replaces_id=key).first()
        if rule is None:
            raise NotFound(f"{self.object} has no such rule.", code=Code.MAP_040)
        self.rule = rule


class RuleEditView(_OnRule, _WritesRule):
    title = "Edit a rule"
    form_class = RuleForm
    template_name = "mappings/rule_edit.html"
    submit_label = "Save the rule"

    def stored(self) -> dict[str, Any]:
        blank = dict.fromkeys((f"column_{name}" for name in self.object.mapping_set.column_names), "")
        return {**blank, **RuleForm.initial_of(self.rule)}

    def get_context(self, **extra: Any) -> dict[str, Any]:
        return super().get_context(rule=self.rule, **extra)

    def perform(self, form: RuleForm) -> MappingRule:
        return services.rule_edit(
            actor=self.actor, version_id=self.object.pk, rule_id=self.rule.pk, **form.values
        )

    def success_message(self, result: MappingRule) -> str:
        return f"The rule {result.match_text} is saved."


class RuleRemoveView(_OnRule):
    title = "Remove a rule"
    form_class = RevisionForm
    submit_label = "Remove the rule"
    submit_tone = "danger"

    def get_lead(self) -> str:
        return f"{self.rule.match_text} to {self.rule.target or 'nothing'}. Older versions keep it."

    def perform(self, form: RevisionForm) -> MappingVersion:
        return services.rule_remove(
            actor=self.actor, version_id=self.object.pk, rule_id=self.rule.pk, **form.values
        )

    def success_message(self, result: MappingVersion) -> str:
        return f"The rule {self.rule.match_text} is removed."


class RulesImportView(UploadMixin, _OnVersion):
    """First a dry run, then exactly that."""

    title = "Import rules"
    form_class = RulesImportForm
    template_name = "mappings/rules_import.html"

    def load(self, form: RulesImportForm, content: bytes, dry_run: bool) -> ImportResult:
        data = form.cleaned_data
        return services.rules_import(
            actor=self.actor,
            reason=data["reason"],
            version_id=self.object.pk,
            data=content,
            replace=data["replace"],
            dry_run=dry_run,
            revision=None if dry_run else data["revision"],
        )

    def state(self, form: RulesImportForm) -> str:
        return str(self.object.revision)

    def importable(self, result: ImportResult) -> bool:
        return not result.faults

    def counts(self, result: ImportResult) -> Sequence[tuple[str, int]]:
        return [(word, getattr(result, word)) for word in ("added", "changed", "removed", "unchanged")]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        columns = ", ".join(self.object.mapping_set.column_names)
        return super().get_context(columns=columns, **extra)
