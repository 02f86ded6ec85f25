"""The rulesets that come with the engine, under the names that `extends` gives them."""

from __future__ import annotations

from catalog.linting.finance.ruleset import RULESET as FINANCE
from catalog.linting.oas.ruleset import RULESET as OAS

BUILTIN = {"spectral:oas": OAS, "tieout:finance": FINANCE}
