"""The functions that only `spectral:oas` uses, by the names its rules give them."""

from catalog.linting.oas.document import reference_siblings, server_variables, structure, unused_components
from catalog.linting.oas.examples import media_example, schema_example
from catalog.linting.oas.operations import (
    discriminator,
    form_data_consumed,
    parameters,
    path_parameters,
    security_defined,
    success_response,
    tags_defined,
    unique_operation_ids,
    unique_tags,
)
from catalog.linting.targets import Function

OAS: dict[str, Function] = {
    "oasDiscriminator": Function(discriminator),
    "oasFormDataConsumed": Function(form_data_consumed),
    "oasMediaExample": Function(media_example),
    "oasParameters": Function(parameters),
    "oasPathParameters": Function(path_parameters),
    "oasReferenceSiblings": Function(reference_siblings),
    "oasSchemaExample": Function(schema_example),
    "oasSecurityDefined": Function(security_defined),
    "oasServerVariables": Function(server_variables),
    "oasStructure": Function(structure),
    "oasSuccessResponse": Function(success_response),
    "oasTagsDefined": Function(tags_defined),
    "oasUniqueOperationIds": Function(unique_operation_ids),
    "oasUniqueTags": Function(unique_tags),
    "oasUnusedComponents": Function(unused_components),
}
