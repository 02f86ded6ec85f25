"""Pages of mapping sets, versions, rules, dimensions and rates."""
