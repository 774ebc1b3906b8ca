"""The night's job of assessments: it may die anywhere and be run again, and gives what one clean run gives."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from assessments import bands, scores
from assessments.domain import soundness
from assessments.models import Assessment, ScoreMismatch
from cases.jobs import Running

BATCH = 2000


def check_scores(job: Running) -> dict[str, Any]:
    """Work out every assessment of the council again, and list those whose numbers do not follow from one another.

    A record that nobody's numbers explain any longer is settled, and so is one that was corrected.
    """
    council = job.row.council_id
    if council is None:
        raise ValueError("assessments are those of a council's orders")
    own, at = bands.own_bands(council), job.now()
    everything = Assessment.objects.filter(order__council=council).order_by("pk")
    total, done, last, settled = everything.count(), 0, 0, 0
    while batch := list(scores.stored(everything.filter(pk__gt=last)[:BATCH])):
        first, last = batch[0].key, batch[-1].key
        of_batch = {"assessment__gte": first, "assessment__lte": last, "assessment__order__council": council}
        corrected = set(
            Assessment.objects.filter(
                pk__gte=first, pk__lte=last, order__council=council, corrected_by__isnull=False
            ).values_list("pk", flat=True)
        )
        found = {
            row.key: list(wrong)
            for row in batch
            if row.key not in corrected
            and (wrong := soundness.faults(row, bands.in_force(own, row.completed_on)))
        }
        with transaction.atomic():
            for known in ScoreMismatch.objects.filter(**of_batch):
                codes = found.pop(known.assessment_id, [])
                if codes and (known.settled_at or known.codes != codes):
                    known.found_at = at if known.settled_at else known.found_at
                    known.codes, known.settled_at = codes, None
                    known.save()
                elif not codes and known.settled_at is None:
                    known.settled_at = at
                    known.save()
                    settled += 1
            ScoreMismatch.objects.bulk_create(
                [ScoreMismatch(assessment_id=key, codes=codes, found_at=at) for key, codes in found.items()],
                ignore_conflicts=True,
            )
        done += len(batch)
        job.progress(done, total)
    standing = ScoreMismatch.objects.filter(assessment__order__council=council).standing().count()
    return {"assessments": done, "standing": standing, "settled": settled}
