"""Pure rules on contracts: what changed between two versions, and whom it breaks. No Django here."""
