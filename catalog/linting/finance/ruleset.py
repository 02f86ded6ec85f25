"""`tieout:finance`: what an API that carries money must say (reference: api-changes.md, section 6)."""

_ACCOUNT = "iban|account[-_ ]?(number|no$)|card[-_ ]?number|tax[-_ ]?(id|number)|ssn$|passport"
_KEY = "^(api[-_]?key|access[-_]?token|token|secret|password|client[-_]?secret|signature)$"

RULESET = rf"""
aliases:
  OperationObject: ["$.paths[*][get,put,post,delete,options,head,patch,trace]"]
  SchemaObject:
    targets:
      - formats: [oas2]
        given: ["$.definitions..[?(@ && @.properties)]", "$.paths..[?(@ && @.properties)]"]
      - formats: [oas3]
        given: ["$.components..[?(@ && @.properties)]", "$.paths..[?(@ && @.properties)]"]
  SecurityScheme:
    targets:
      - {{formats: [oas2], given: ["$.securityDefinitions[*]"]}}
      - {{formats: [oas3], given: ["$.components.securitySchemes[*]"]}}
  UrlParameterName: ["$..parameters[?(@ && (@.in === 'query' || @.in === 'path'))].name"]
formats: [oas2, oas3]
rules:
  finance-money-not-float:
    description: Amounts are decimal texts or integers of minor units, never binary numbers.
    message: "{{{{error}}}}"
    severity: error
    given: "#SchemaObject"
    then: {{function: financeNotFloat}}
  finance-money-decimal:
    description: An amount as a text says its form.
    message: "{{{{error}}}}"
    given: "#SchemaObject"
    then: {{function: financeDecimal}}
  finance-money-currency:
    description: An amount has a currency beside it.
    message: "{{{{error}}}}"
    given: "#SchemaObject"
    then: {{function: financeCurrency}}
  finance-currency-code:
    description: A currency is an ISO 4217 code.
    message: "{{{{error}}}}"
    given: "#SchemaObject"
    then: {{function: financeCurrencyCode}}
  finance-date-format:
    description: Days and moments have a format.
    message: "{{{{error}}}}"
    given: "#SchemaObject"
    then: {{function: financeDay}}
  finance-period-format:
    description: Fiscal periods and years have a pattern.
    message: "{{{{error}}}}"
    severity: info
    given: "#SchemaObject"
    then: {{function: financePeriod}}
  finance-rate-origin:
    description: An exchange rate has its day and its source beside it.
    message: "{{{{error}}}}"
    given: "#SchemaObject"
    then: {{function: financeRate}}
  finance-idempotency-key:
    description: A POST must take an Idempotency-Key, so that a repetition has one effect.
    severity: error
    given: "$.paths[*].post"
    then: {{function: financeIdempotency}}
  finance-idempotency-conflict:
    description: An operation with an idempotency key must say what a conflict answers, 409 or 422.
    given: "#OperationObject"
    then: {{function: financeConflict}}
  finance-if-match:
    description: A PUT or PATCH must take If-Match, so that no change is lost.
    given: "$.paths[*][put,patch]"
    then: {{function: financeIfMatch}}
  finance-pagination-limit:
    description: A list has a limit with a maximum.
    message: "{{{{error}}}}"
    given: "$.paths[*].get"
    then: {{function: financePageLimit}}
  finance-pagination-cursor:
    description: A list must take a cursor or a page.
    given: "$.paths[*].get"
    then: {{function: financePageCursor}}
  finance-pagination-delta:
    description: A list should take updated_since or If-Modified-Since, so that changes can be fetched alone.
    severity: info
    given: "$.paths[*].get"
    then: {{function: financeDelta}}
  finance-errors-declared:
    description: The answers 401, 403, 429 and 500 are declared.
    message: "{{{{error}}}}"
    given: "#OperationObject"
    then: {{function: financeErrorsDeclared}}
  finance-errors-problem:
    description: An error must be application/problem+json, or have a schema with a code.
    given: "#OperationObject"
    then: {{function: financeProblem}}
  finance-errors-retry-after:
    description: The answer 429 must have the header Retry-After.
    given: "#OperationObject"
    then: {{function: financeRetryAfter}}
  finance-version-semver:
    description: info.version must be a semantic version (1.2.3).
    severity: error
    given: $.info
    then:
      - {{field: version, function: truthy}}
      - field: version
        function: pattern
        functionOptions: {{match: '^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$'}}
  finance-version-path:
    description: The version in the path is the major one of info.version.
    message: "{{{{error}}}}"
    given: ["$.servers[*].url", "$.basePath", "$.paths[*]~"]
    then: {{function: financeVersionInPath}}
  finance-deprecated-sunset:
    description: A deprecated operation must have x-sunset, a day.
    given: "$.paths[*][?(@ && @.deprecated === true)]"
    then:
      - {{field: x-sunset, function: truthy}}
      - {{field: x-sunset, function: pattern, functionOptions: {{match: '^\d{{4}}-\d{{2}}-\d{{2}}'}}}}
  finance-classification:
    description: "x-data-classification must be public, internal, confidential or restricted."
    given: $.info
    then:
      - {{field: x-data-classification, function: truthy}}
      - field: x-data-classification
        function: enumeration
        functionOptions: {{values: [public, internal, confidential, restricted]}}
  finance-classification-sensitive:
    description: Sensitive properties are confidential or restricted.
    message: "{{{{error}}}}"
    given: "#SchemaObject"
    then: {{function: financeClassified}}
  finance-retention:
    description: info should have x-retention, how long the data is kept.
    severity: info
    given: $.info
    then: {{field: x-retention, function: truthy}}
  finance-owner:
    description: info should have x-owner, who answers for the API.
    severity: info
    given: $.info
    then: {{field: x-owner, function: truthy}}
  finance-security-required:
    description: An operation must require security, its own or that of the document.
    severity: error
    given: "#OperationObject"
    then: {{function: financeSecured}}
  finance-security-scheme:
    description: Security is OAuth 2, OpenID Connect or mutual TLS.
    message: "{{{{error}}}}"
    severity: error
    given: "#SecurityScheme"
    then: {{function: financeScheme}}
  finance-security-write-scope:
    description: Writing needs another scope than reading.
    message: "{{{{error}}}}"
    given: "$.paths[*][post,put,patch,delete]"
    then: {{function: financeWriteScope}}
  finance-security-https:
    description: Only https is allowed.
    severity: error
    given: ["$.servers[*].url", "$.schemes[*]"]
    then: {{function: pattern, functionOptions: {{notMatch: '/^http(:|$)/i'}}}}
  finance-security-key-in-url:
    description: Keys, tokens and passwords must not stand in a URL.
    severity: error
    given: "#UrlParameterName"
    then: {{function: pattern, functionOptions: {{notMatch: '/{_KEY}/i'}}}}
  finance-security-account-in-url:
    description: Numbers of accounts, cards and persons must not stand in a URL.
    severity: error
    given: "#UrlParameterName"
    then: {{function: pattern, functionOptions: {{notMatch: '/{_ACCOUNT}/i'}}}}
  finance-limit-codes:
    description: Codes of accounts and cost centers are limited.
    message: "{{{{error}}}}"
    given: "#SchemaObject"
    then: {{function: financeCode}}
  finance-limit-arrays:
    description: A list in a request should have maxItems.
    severity: info
    given: "$.paths[*][post,put,patch]"
    then: {{function: financeArraysLimited}}
"""
