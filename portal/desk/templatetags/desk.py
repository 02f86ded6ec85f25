"""Template tags of the frame: navigation of the signed-in person."""

from __future__ import annotations

from typing import Any

from django import template

from portal.desk.navigation import Section, sections

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[Section]:
    """Sections for `request.actor`; none when nobody is signed in."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if actor is None:
        return []
    match = request.resolver_match  # type: ignore[union-attr]
    return sections(actor, match.view_name if match else "")
