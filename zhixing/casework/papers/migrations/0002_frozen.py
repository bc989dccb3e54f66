"""What was sealed does not change any more, what was issued least of all; no paper and no template is ever deleted."""

from django.db import migrations

from zhixing.db.append_only import append_only
from zhixing.db.frozen import frozen

CONTENT = ["case_id", "kind", "number", "party_id", "recipient", "dated_on", "values", "template_sha256", "word", "pdf", "pdf_sha256",
           "drafted_by_id", "checked_by_id", "signed_by_id", "sealed_by_id"]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial")]
    operations = [
        append_only("paper_template"),
        frozen("paper", when="OLD.state IN ('sealed', 'issued', 'cancelled')", columns=CONTENT,
               message="已用印、已发出或已作废的文书不能修改或删除，更正请另制新文书（三(二)4）"),
    ]  # fmt: skip
