"""Reading contract documents: tolerant to what vendors publish, bounded against what attackers send."""

from catalog.compatibility.documents.codes import HELP, DocumentCode, DocumentError
from catalog.compatibility.documents.document import Document, Lines, Note
from catalog.compatibility.documents.limits import Limits
from catalog.compatibility.documents.pointers import child, join, lookup, split
from catalog.compatibility.documents.reading import from_value, read_document
from catalog.compatibility.documents.references import References, check_references
from catalog.compatibility.documents.values import canonical_text, same

__all__ = [
    "HELP",
    "Document",
    "DocumentCode",
    "DocumentError",
    "Limits",
    "Lines",
    "Note",
    "References",
    "canonical_text",
    "check_references",
    "child",
    "from_value",
    "join",
    "lookup",
    "read_document",
    "same",
    "split",
]
