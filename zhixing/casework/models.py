"""Every row of the trunk, gathered from its rooms (Django looks here)."""

from .approvals.models import Approval
from .calendars.models import CalendarVersion
from .cases.models import Case, CaseState, Party
from .courts.models import Court
from .custody.models import Custody, Handoff
from .dossier.models import Scan
from .duties.models import Duty
from .journal.models import AccessEntry, JournalEntry, JournalHead
from .matters.models import Matter, MatterState
from .notices.models import Notice
from .people.models import Assignment, Person
from .register.models import ColumnMapping, ImportRun

__all__ = [
    "AccessEntry", "Approval", "Assignment", "CalendarVersion", "Case", "CaseState", "ColumnMapping", "Court", "Custody",
    "Duty", "Handoff", "ImportRun", "JournalEntry", "JournalHead", "Matter", "MatterState", "Notice", "Party", "Person",
    "Scan",
]  # fmt: skip
