"""Operating metrics are for those who may see them, in the exposition format."""

from __future__ import annotations


def test_a_viewer_reads_the_metrics(client, users):
    client.force_login(users["auditor"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/metrics/")
    assert answer.status_code == 200
    assert b"tieout_oldest_undecided_change_seconds 0.0" in answer.content


def test_strangers_and_visitors_do_not(client, users):
    assert client.get("/metrics/").status_code == 401
    client.force_login(users["stranger"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/metrics/").status_code == 403
