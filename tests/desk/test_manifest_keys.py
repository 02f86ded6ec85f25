"""The reference of manifest keys is the one that `apply --sections` prints; references lead somewhere."""

from __future__ import annotations

from django.urls import reverse

from portal.core.keys import Key, walk
from portal.core.manifest import ordered_sections


def test_every_key_of_every_section_is_explained(world, client, sign_in):
    sign_in("architect")
    page = client.get(reverse("desk:manifest-keys")).content.decode()
    for section in ordered_sections():
        assert f'id="{section.name}"' in page
        for _, key in walk(section.documented()):
            if isinstance(key, Key):
                assert f">{key.name}</th>" in page


def test_forms_with_definitions_lead_to_their_keys(world, client, sign_in):
    sign_in("architect")
    system = reverse("catalog:connection-propose", kwargs={"pk": world.ids["system"]})
    keys = reverse("desk:manifest-keys")
    assert f'href="{keys}#connections"' in client.get(system).content.decode()
    flow = client.get(reverse("syncengine:flow-define")).content.decode()
    assert f'href="{keys}#flows"' in flow
    assert "CONNECTION OF THE LEDGER" in flow


def test_a_reference_leads_to_its_change_request(world, client, sign_in):
    sign_in("controller_a")
    page = client.get(reverse("catalog:ownership-list")).content.decode()
    changes = [cell for cell in page.split("<td") if "CR-" in cell]
    assert changes
    assert all('href="/changes/' in cell for cell in changes)


def test_several_acts_that_are_not_possible_now_are_folded_and_say_why(world, client, sign_in):
    sign_in("controller_a")
    url = reverse("mappings:dimension-detail", kwargs={"pk": world.ids["dimension"]})
    page = client.get(url).content.decode()
    assert '<details class="blocked">' in page
    assert "it needs the permission" in page
