"""`spectral:oas` as a ruleset in its own words; ids, levels and what is recommended are those documented."""

_SCHEMA_PARTS = "(@.enum || @.type || @.format || @.$ref || @.properties || @.items)"
_HAS_EXAMPLE = "@property !== 'properties' && @ && (@.example !== void 0 || @.default !== void 0)"
_OLD_EXAMPLE = (
    "@property !== 'properties' && @ && "
    "(@.example !== void 0 || @['x-example'] !== void 0 || @.default !== void 0)"
)
_MEDIA = "@ && @.schema && (@.example !== void 0 || @.examples)"

RULESET = rf"""
aliases:
  PathItem: ["$.paths[*]"]
  OperationObject: ["#PathItem[get,put,post,delete,options,head,patch,trace]"]
  SecurityRequirementObject: ["$.security[*]", "#OperationObject.security[*]"]
  ResponseObject:
    targets:
      - {{formats: [oas2], given: ["#OperationObject.responses[*]", "$.responses[*]"]}}
      - {{formats: [oas3], given: ["#OperationObject.responses[*]", "$.components.responses[*]"]}}
  LinkObject:
    targets:
      - {{formats: [oas3], given: ["$.components.links[*]", "#ResponseObject.links[*]"]}}
  ArrayProperties:
    targets:
      - {{formats: [oas2, oas3_0], given: ["$..[?(@ && @.type === 'array')]"]}}
      - formats: [oas3_1, oas3_2]
        given:
          - "$..[?(@ && @.type === 'array')]"
          - "$..[?(@ && Array.isArray(@.type) && @.type.includes('array'))]"
formats: [oas2, oas3]
rules:
  operation-success-response:
    description: An operation must have a response with a 2xx or 3xx code.
    given: "#OperationObject"
    then: {{field: responses, function: oasSuccessResponse}}
  operation-operationId-unique:
    description: Each operation must have an operationId of its own.
    severity: error
    given: $.paths
    then: {{function: oasUniqueOperationIds}}
  operation-parameters:
    description: Parameters of an operation must be unique and fit together.
    message: "{{{{error}}}}"
    given: "#OperationObject.parameters"
    then: {{function: oasParameters}}
  operation-tag-defined:
    description: The tags of operations must be defined in the tags of the document.
    given: $
    then: {{function: oasTagsDefined}}
  path-params:
    description: Path parameters must be defined and used.
    message: "{{{{error}}}}"
    severity: error
    given: $.paths
    then: {{function: oasPathParameters}}
  contact-properties:
    description: The contact must have name, url and email.
    recommended: false
    given: $.info.contact
    then:
      - {{field: name, function: truthy}}
      - {{field: url, function: truthy}}
      - {{field: email, function: truthy}}
  duplicated-entry-in-enum:
    description: The values of an enum must differ.
    message: "{{{{error}}}}"
    given: "$..[?(@property !== 'properties' && @ && Array.isArray(@.enum))]"
    then: {{field: enum, function: schema, functionOptions: {{schema: {{type: array, uniqueItems: true}}}}}}
  info-contact:
    description: The info must have a contact.
    given: $
    then: {{field: info.contact, function: truthy}}
  info-description:
    description: The info must have a description.
    given: $
    then: {{field: info.description, function: truthy}}
  info-license:
    description: The info must have a license.
    recommended: false
    given: $
    then: {{field: info.license, function: truthy}}
  license-url:
    description: The license must have a url.
    recommended: false
    given: $
    then: {{field: info.license.url, function: truthy}}
  no-eval-in-markdown:
    description: Descriptions and titles must not contain eval(.
    given: "$..[description,title]"
    then: {{function: pattern, functionOptions: {{notMatch: 'eval\('}}}}
  no-script-tags-in-markdown:
    description: Descriptions and titles must not contain a script tag.
    given: "$..[description,title]"
    then: {{function: pattern, functionOptions: {{notMatch: '<script'}}}}
  openapi-tags-alphabetical:
    description: The tags of the document must be in alphabetical order.
    recommended: false
    given: $
    then: {{field: tags, function: alphabetical, functionOptions: {{keyedBy: name}}}}
  openapi-tags-uniqueness:
    description: Each tag must be defined once.
    message: "{{{{error}}}}"
    severity: error
    given: $.tags
    then: {{function: oasUniqueTags}}
  openapi-tags:
    description: The document must define tags.
    recommended: false
    given: $
    then: {{field: tags, function: schema, functionOptions: &some {{schema: {{type: array, minItems: 1}}}}}}
  operation-description:
    description: An operation must have a description.
    given: "#OperationObject"
    then: {{field: description, function: truthy}}
  operation-operationId:
    description: An operation must have an operationId.
    given: "#OperationObject"
    then: {{field: operationId, function: truthy}}
  operation-operationId-valid-in-url:
    description: An operationId must not contain characters that a URL does not allow.
    given: "#OperationObject"
    then:
      field: operationId
      function: pattern
      functionOptions: {{match: "^[A-Za-z0-9-._~:/?#\\[\\]@!\\$&'()*+,;=]*$"}}
  operation-singular-tag:
    description: An operation must have at most one tag.
    recommended: false
    given: "#OperationObject"
    then: {{field: tags, function: length, functionOptions: {{max: 1}}}}
  operation-tags:
    description: An operation must have tags.
    given: "#OperationObject"
    then: {{field: tags, function: schema, functionOptions: *some}}
  path-declarations-must-exist:
    description: A path must not have an empty parameter ({{}}).
    given: $.paths
    then: {{field: "@key", function: pattern, functionOptions: {{notMatch: '\{{\}}'}}}}
  path-keys-no-trailing-slash:
    description: A path must not end with a slash.
    given: $.paths
    then: {{field: "@key", function: pattern, functionOptions: {{notMatch: '.+/$'}}}}
  path-not-include-query:
    description: A path must not include a query.
    given: $.paths
    then: {{field: "@key", function: pattern, functionOptions: {{notMatch: '\?'}}}}
  tag-description:
    description: A tag must have a description.
    recommended: false
    given: $.tags[*]
    then: {{field: description, function: truthy}}
  no-$ref-siblings:
    description: Nothing may stand beside $ref.
    formats: [oas2, oas3_0]
    severity: error
    resolved: false
    given: "$..[?(@property === '$ref')]"
    then: {{function: oasReferenceSiblings}}
  array-items:
    description: An array must say what its items are.
    severity: error
    resolved: false
    given: "#ArrayProperties"
    then: {{field: items, function: truthy}}
  typed-enum:
    description: The values of an enum must be of its type.
    message: "{{{{error}}}}"
    given: "$..[?(@ && @.enum && @.type)]"
    then: {{function: typedEnum}}
  oas2-operation-formData-consume-check:
    description: An operation with formData parameters must consume a form.
    formats: [oas2]
    given: "#OperationObject"
    then: {{function: oasFormDataConsumed}}
  oas2-api-host:
    description: The document must have a host.
    formats: [oas2]
    given: $
    then: {{field: host, function: truthy}}
  oas2-api-schemes:
    description: The document must have schemes.
    formats: [oas2]
    given: $
    then: {{field: schemes, function: schema, functionOptions: *some}}
  oas2-discriminator:
    description: A discriminator must be a required property.
    message: "{{{{error}}}}"
    formats: [oas2]
    severity: error
    given: "$.definitions[?(@ && @.discriminator)]"
    then: {{function: oasDiscriminator}}
  oas2-host-not-example:
    description: The host must not be example.com.
    formats: [oas2]
    recommended: false
    given: $
    then: {{field: host, function: pattern, functionOptions: {{notMatch: 'example\.com'}}}}
  oas2-host-trailing-slash:
    description: The host must not end with a slash.
    formats: [oas2]
    given: $
    then: {{field: host, function: pattern, functionOptions: {{notMatch: '/$'}}}}
  oas2-parameter-description:
    description: A parameter must have a description.
    formats: [oas2]
    recommended: false
    given: "$..parameters[?(@ && @.in)]"
    then: {{field: description, function: truthy}}
  oas2-operation-security-defined:
    description: Security must be defined in securityDefinitions.
    message: "{{{{error}}}}"
    formats: [oas2]
    given: "#SecurityRequirementObject"
    then: {{function: oasSecurityDefined}}
  oas2-valid-schema-example:
    description: Examples and defaults must be valid.
    message: "{{{{error}}}}"
    formats: [oas2]
    severity: error
    given:
      - "$..definitions..[?({_OLD_EXAMPLE} && {_SCHEMA_PARTS})]"
      - "$..parameters..[?({_OLD_EXAMPLE} && {_SCHEMA_PARTS})]"
      - "$..responses..[?({_OLD_EXAMPLE} && {_SCHEMA_PARTS})]"
    then: {{function: oasSchemaExample}}
  oas2-valid-media-example:
    description: Examples must fit the schema beside them.
    message: "{{{{error}}}}"
    formats: [oas2]
    severity: error
    given: "$..responses..[?(@ && @.schema && @.examples)]"
    then: {{function: oasMediaExample}}
  oas2-anyOf:
    description: OpenAPI 2 has no anyOf.
    formats: [oas2]
    given: $..anyOf
    then: {{function: undefined}}
  oas2-oneOf:
    description: OpenAPI 2 has no oneOf.
    formats: [oas2]
    given: $..oneOf
    then: {{function: undefined}}
  oas2-schema:
    description: The document must have the structure of OpenAPI 2.
    message: "{{{{error}}}}"
    formats: [oas2]
    severity: error
    resolved: false
    given: $
    then: {{function: oasStructure}}
  oas2-unused-definition:
    description: A definition is not used.
    formats: [oas2]
    resolved: false
    given: $.definitions
    then:
      function: unreferencedReusableObject
      functionOptions: {{reusableObjectsLocation: "#/definitions"}}
  oas3-api-servers:
    description: The document must have servers.
    formats: [oas3]
    given: $
    then:
      - field: servers
        function: schema
        functionOptions: {{schema: {{type: array, minItems: 1, items: {{type: object}}}}}}
  oas3-examples-value-or-externalValue:
    description: An example must have either value or externalValue.
    formats: [oas3]
    given:
      - $.components.examples[*]
      - $.paths[*][*]..content[*].examples[*]
      - $.paths[*][*]..parameters[*].examples[*]
      - $.components.parameters[*].examples[*]
      - $.paths[*][*]..headers[*].examples[*]
      - $.components.headers[*].examples[*]
    then: {{function: xor, functionOptions: {{properties: [externalValue, value]}}}}
  oas3-operation-security-defined:
    description: Security must be defined in components.securitySchemes.
    message: "{{{{error}}}}"
    formats: [oas3]
    given: "#SecurityRequirementObject"
    then: {{function: oasSecurityDefined}}
  oas3-parameter-description:
    description: A parameter must have a description.
    formats: [oas3]
    recommended: false
    given:
      - "#PathItem.parameters[?(@ && @.in)]"
      - "#OperationObject.parameters[?(@ && @.in)]"
      - "$.components.parameters[?(@ && @.in)]"
    then: {{field: description, function: truthy}}
  oas3-server-not-example.com:
    description: A server must not be example.com.
    formats: [oas3]
    recommended: false
    given: $.servers[*].url
    then: {{function: pattern, functionOptions: {{notMatch: 'example\.com'}}}}
  oas3-server-trailing-slash:
    description: The url of a server must not end with a slash.
    formats: [oas3]
    given: $.servers[*].url
    then: {{function: pattern, functionOptions: {{notMatch: './$'}}}}
  oas3-server-variables:
    description: The variables of a server must be defined, used and valid.
    message: "{{{{error}}}}"
    formats: [oas3]
    severity: error
    given: ["$.servers[*]", "#PathItem.servers[*]", "#OperationObject.servers[*]", "#LinkObject.server"]
    then: {{function: oasServerVariables}}
  oas3-callbacks-in-callbacks:
    description: A callback must not have callbacks of its own.
    formats: [oas3]
    given: "#OperationObject.callbacks[*][*][*].callbacks"
    then: {{function: undefined}}
  oas3_1-servers-in-webhook:
    description: A webhook must not have servers.
    formats: [oas3_1, oas3_2]
    given: ["$.webhooks.servers", "$.webhooks[*][*].servers"]
    then: {{function: undefined}}
  oas3_1-callbacks-in-webhook:
    description: A webhook must not have callbacks.
    formats: [oas3_1, oas3_2]
    given: "$.webhooks[*][*].callbacks"
    then: {{function: undefined}}
  oas3-valid-media-example:
    description: Examples must fit the schema beside them.
    message: "{{{{error}}}}"
    formats: [oas3]
    severity: error
    given: ["$..content..[?({_MEDIA})]", "$..headers..[?({_MEDIA})]", "$..parameters..[?({_MEDIA})]"]
    then: {{function: oasMediaExample}}
  oas3-valid-schema-example:
    description: Examples and defaults must be valid.
    message: "{{{{error}}}}"
    formats: [oas3]
    severity: error
    given:
      - "$.components.schemas..[?({_HAS_EXAMPLE} && {_SCHEMA_PARTS})]"
      - "$..content..[?({_HAS_EXAMPLE} && {_SCHEMA_PARTS})]"
      - "$..headers..[?({_HAS_EXAMPLE} && {_SCHEMA_PARTS})]"
      - "$..parameters..[?({_HAS_EXAMPLE} && {_SCHEMA_PARTS})]"
    then: {{function: oasSchemaExample}}
  oas3-schema:
    description: The document must have the structure of OpenAPI 3.
    message: "{{{{error}}}}"
    formats: [oas3]
    severity: error
    resolved: false
    given: $
    then: {{function: oasStructure}}
  oas3-unused-component:
    description: A component is not used.
    formats: [oas3]
    resolved: false
    given: $
    then: {{function: oasUnusedComponents}}
"""
