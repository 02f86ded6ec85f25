"""{% change_link version.change_ref %}: a reference that leads to its change request."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.approvals.addresses import change_url

register = template.Library()


@register.simple_tag
def change_link(ref: str) -> SafeString:
    """The reference as a link where it names a change request, a dash when there is none."""
    url = change_url(ref)
    if url:
        return format_html('<a class="code" href="{}">{}</a>', url, ref)
    return format_html('<span class="code muted">{}</span>', ref or "–")
