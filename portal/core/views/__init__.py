"""Generic pages: every list, detail and action page of the portal is a declaration over these."""

from __future__ import annotations

from portal.core.views.acting import ActionPage, ObjectActionPage, Proposal
from portal.core.views.base import (
    Action,
    Crumb,
    Empty,
    Fact,
    Fragment,
    PageView,
    TemplatePage,
    permitted,
    render_page,
)
from portal.core.views.children import ObjectListPage
from portal.core.views.columns import Column, name_in_scope, related
from portal.core.views.detail import DetailPage, ObjectPage, Tab
from portal.core.views.filtering import SearchFilter
from portal.core.views.listing import BulkAction, ListPage, SavedView
from portal.core.views.registering import EditPage, RegisterPage
from portal.core.views.uploading import ObjectUploadPage, UploadMixin, UploadPage

__all__ = [
    "Action",
    "ActionPage",
    "BulkAction",
    "Column",
    "Crumb",
    "DetailPage",
    "EditPage",
    "Empty",
    "Fact",
    "Fragment",
    "ListPage",
    "ObjectActionPage",
    "ObjectListPage",
    "ObjectPage",
    "ObjectUploadPage",
    "PageView",
    "Proposal",
    "RegisterPage",
    "SavedView",
    "SearchFilter",
    "Tab",
    "TemplatePage",
    "UploadMixin",
    "UploadPage",
    "name_in_scope",
    "permitted",
    "related",
    "render_page",
]
