"""The comparison of two contracts, from documents to a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.compatibility.documents import Document, DocumentCode, DocumentError, Limits, Note
from catalog.compatibility.openapi.apis import load_api
from catalog.compatibility.openapi.comparing import BASE, REVISION, Pair, Walk
from catalog.compatibility.openapi.composition import (
    compare_conditions,
    compare_contains,
    compare_discriminator,
    compare_exclusions,
    compare_groups,
    compare_nested,
    compare_parts,
)
from catalog.compatibility.openapi.contract import Contract
from catalog.compatibility.openapi.controls import (
    compare_api_governance,
    compare_governance,
    compare_schema_governance,
    compare_servers,
    compare_versions,
    removed_components,
)
from catalog.compatibility.openapi.findings import Finding, Places, finding_of, order_of
from catalog.compatibility.openapi.levels import Level
from catalog.compatibility.openapi.matching import match_paths, renamed_parameters
from catalog.compatibility.openapi.members import compare_items, compare_properties
from catalog.compatibility.openapi.model import Api
from catalog.compatibility.openapi.operations import (
    added_operation,
    compare_operation,
    compare_webhooks,
    removed_operation,
)
from catalog.compatibility.openapi.options import Options
from catalog.compatibility.openapi.scalars import (
    compare_default,
    compare_limits,
    compare_null,
    compare_texts,
    compare_types,
    compare_values,
)
from catalog.compatibility.openapi.security import compare_global_security, compare_schemes

_MAX_USES = 1_000_000  # names of operations in all findings together
_MAX_FINDINGS = 25_000
_OPTIONS = Options()
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, worst first. `breaking` is True with an error or a warning: the gate lets neither pass.

    `notes` are imperfections of the documents that were tolerated, each with its side.
    """

    findings: tuple[Finding, ...]
    notes: tuple[tuple[str, Note], ...] = ()

    @property
    def breaking(self) -> bool:
        return any(finding.level is not Level.INFO for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "breaking": self.breaking,
            "findings": [finding.as_json() for finding in self.findings],
        }
        if self.notes:
            found["notes"] = [
                {"code": note.code.value, "document": side, "line": note.line, "message": note.message}
                for side, note in self.notes
            ]
        return found


def compare_schemas(pair: Pair) -> None:
    """All checks of one pair of schemas."""
    if pair.base is pair.revision:
        return
    compare_schema_governance(pair)
    compare_default(pair)
    compare_null(pair)
    compare_discriminator(pair)
    compare_parts(pair)
    if not compare_groups(pair) or not compare_types(pair):
        return
    compare_values(pair)
    compare_limits(pair)
    compare_texts(pair)
    compare_properties(pair)
    compare_items(pair)
    compare_nested(pair)
    compare_contains(pair)
    compare_conditions(pair)
    compare_exclusions(pair)


def compare_documents(
    base: Document, revision: Document, options: Options = _OPTIONS, *, limits: Limits = _LIMITS
) -> Report:
    """Compare two OpenAPI documents. Raises DocumentError when one of them cannot be compared."""
    return compare_apis(
        load_api(base, limits=limits), load_api(revision, limits=limits), options, limits=limits
    )


def compare_apis(
    base: Api, revision: Api, options: Options = _OPTIONS, *, limits: Limits = _LIMITS
) -> Report:
    """Compare two APIs that were loaded before; the same input gives the same bytes on every run."""
    walk = Walk(base.schemas, revision.schemas, options, compare_schemas, limits.max_pairs)
    contract = Contract(base, revision, options, walk)
    _compare_whole(contract)
    _compare_paths(contract)
    compare_webhooks(contract, base.webhooks, revision.webhooks)
    walk.run()
    for pair in walk.pairs.values():
        for raw in pair.found:
            contract.keep(raw, pair.users)
    findings = _written(contract)
    before = frozenset(contract.found)
    compare_versions(contract, {finding.level for finding in findings})
    findings += _written(contract, known=before)
    return Report(tuple(sorted(findings, key=order_of)), (*_notes(BASE, base), *_notes(REVISION, revision)))


def _notes(side: str, api: Api) -> list[tuple[str, Note]]:
    missing = api.schemas.references.missing
    return [(side, note) for note in (*api.document.notes, *(missing[key] for key in sorted(missing)))]


def _written(contract: Contract, known: frozenset[str] = frozenset()) -> list[Finding]:
    uses = sum(users.bit_count() for _, users in contract.found.values())
    if uses > _MAX_USES or len(contract.found) > _MAX_FINDINGS:
        raise DocumentError(DocumentCode.TOO_COMPLEX, "More changes in more operations than can be told.")
    places = {BASE: Places(contract.base.document), REVISION: Places(contract.revision.document)}
    news = [key for key in sorted(contract.found) if key not in known]
    found = [finding_of(contract, places, *contract.found[key]) for key in news]
    return [finding for finding in found if finding is not None]


def _compare_whole(contract: Contract) -> None:
    compare_api_governance(contract)
    compare_servers(contract, contract.base.servers, contract.revision.servers)
    compare_schemes(contract)
    compare_global_security(contract)
    for name, pointer in removed_components(contract.base, contract.revision):
        contract.gone("api-schema-removed", pointer, name)


def _compare_paths(contract: Contract) -> None:
    pairs, gone, added = match_paths(contract.base.paths, contract.revision.paths)
    for item, other in pairs:
        names = renamed_parameters(item.path, other.path)
        compare_governance(contract, item.raw, other.raw, item.pointer, other.pointer, item.path)
        for method, operation in item.operations.items():
            if method in other.operations:
                compare_operation(contract, operation, other.operations[method], names)
            else:
                removed_operation(contract, operation, with_path=False)
        for method, operation in other.operations.items():
            if method not in item.operations:
                added_operation(contract, operation)
    for item in gone:
        for operation in item.operations.values():
            removed_operation(contract, operation, with_path=True)
    for item in added:
        for operation in item.operations.values():
            added_operation(contract, operation)
