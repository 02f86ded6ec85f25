"""Rules for APIs that carry money: `tieout:finance`."""
