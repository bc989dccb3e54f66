"""Deliveries that were put down by hand learn which paper they are of: the one of their case with their number."""

from django.db import migrations


def link(apps, schema_editor):
    paper, delivery = apps.get_model("papers", "Paper"), apps.get_model("offline", "Delivery")
    waiting = delivery.objects.filter(source=None).exclude(paper_ref="")
    numbers = waiting.values_list("paper_ref", flat=True).distinct()
    for pk, case_id, number in paper.objects.filter(number__in=numbers).values_list("pk", "case_id", "number").iterator():
        for row in waiting.filter(case_id=case_id, paper_ref=number).order_by("pk"):
            if not delivery.objects.filter(source_id=pk, recipient=row.recipient).exists():
                delivery.objects.filter(pk=row.pk).update(source_id=pk)


class Migration(migrations.Migration):
    dependencies = [("offline", "0004_sources")]
    operations = [migrations.RunPython(link, migrations.RunPython.noop)]
