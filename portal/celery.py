"""Celery over RabbitMQ: only wakes workers. The truth about work is in the portal's tables."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("tieout")


def configure(application: Celery) -> None:
    """Nothing is lost when a worker dies: acknowledged late, one at a time, confirmed by the broker."""
    from django.conf import settings

    application.conf.update(
        broker_url=settings.BROKER_URL or "memory://",
        broker_connection_retry_on_startup=True,
        broker_transport_options={"confirm_publish": True},
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        task_default_queue=settings.BROKER_QUEUE,
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
        beat_schedule={"sweep": {"task": "syncengine.sweep", "schedule": 30.0}},
    )


configure(app)
app.autodiscover_tasks(["syncengine"])
