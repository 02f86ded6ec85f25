"""The pure pipeline: from a snapshot to output, quarantine and control totals. Knows no Django."""
