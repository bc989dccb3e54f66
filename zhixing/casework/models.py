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
from .notices.models import Contact, Gateway, Lane, Notice
from .people.models import Assignment, Person
from .register.models import ColumnMapping, ImportRun

__all__ = [
    "AccessEntry", "Approval", "Assignment", "CalendarVersion", "Case", "CaseState", "ColumnMapping", "Contact", "Court", "Custody",
    "Duty", "Gateway", "Handoff", "ImportRun", "JournalEntry", "JournalHead", "Lane", "Matter", "MatterState", "Notice", "Party", "Person",
    "Scan",
]  # fmt: skip
