"""The workflow engine beside ours: SpiffWorkflow, the same flow drawn plainly in BPMN, its state kept in PostgreSQL.

Each event is what a web application does with it: read the row, deserialise, run the step, serialise, write the row.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from .bare import connect

PEERS = Path(__file__).resolve().parent.parent / ".venv-bench"
MISSING = "SpiffWorkflow could not be installed (benchmarks/requirements.lock)"
# (task, deadline as a timer on it). Deadlines are plain days: the engine knows no working days.
LINES = (
    (("notice", "P3D"),),
    (("online_search", "P1D"), ("feedback", "P10D"), ("print_feedback", "P1D"), ("freeze", "P1D")),
    (("offline_search", "P10D"), ("offline_result", "P10D")),
)
FIRST, LAST = (("file", ""), ("allocate", "P1D")), (("report", "P180D"), ("review", "P3D"), ("close", ""))
ORDER = ("file", "allocate", "notice", "online_search", "feedback", "print_feedback", "freeze", "offline_search", "offline_result",
         "report", "review", "close")  # fmt: skip


def peer(how_many: int) -> Peer | None:
    """The peer, or None where it is not installed."""
    sys.path.append(str(PEERS))
    try:
        import SpiffWorkflow.bpmn  # noqa: F401
    except ImportError:
        return None
    return Peer(how_many)


class Peer:
    """The flow of `how_many` cases a round."""

    def __init__(self, how_many: int) -> None:
        from SpiffWorkflow.bpmn.parser import BpmnParser
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

        parser = BpmnParser()
        parser.add_bpmn_io(io.BytesIO(drawing().encode()))
        self.spec = parser.get_spec("flow")
        self.serializer = BpmnWorkflowSerializer()
        self.how_many, self.connection = how_many, connect()
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE spiff_case (id bigint PRIMARY KEY, state text NOT NULL)")
        self.last = 0

    def round(self, number: int) -> None:
        """Every event of this round's cases."""
        for _ in range(self.how_many):
            self.last += 1
            self._file(self.last)
            for task in ORDER[1:]:
                self._do(self.last, task)

    def _file(self, ident: int) -> None:
        from SpiffWorkflow.bpmn import BpmnWorkflow

        workflow = BpmnWorkflow(self.spec)
        workflow.do_engine_steps()
        self._run(workflow, "file")
        with self.connection.cursor() as cursor:
            cursor.execute("INSERT INTO spiff_case VALUES (%s, %s)", (ident, self.serializer.serialize_json(workflow)))

    def _do(self, ident: int, task: str) -> None:
        with self.connection.cursor() as cursor:
            row = cursor.execute("SELECT state FROM spiff_case WHERE id = %s", (ident,)).fetchone()
            assert row is not None
            workflow = self.serializer.deserialize_json(str(row[0]))
            self._run(workflow, task)
            cursor.execute("UPDATE spiff_case SET state = %s WHERE id = %s", (self.serializer.serialize_json(workflow), ident))

    def _run(self, workflow: object, name: str) -> None:
        from SpiffWorkflow.util.task import TaskState

        task = next(t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.name == name)  # type: ignore[attr-defined]
        task.run()
        workflow.do_engine_steps()  # type: ignore[attr-defined]
        workflow.refresh_waiting_tasks()  # type: ignore[attr-defined]
        if name == "close" and not workflow.is_completed():  # type: ignore[attr-defined]
            raise RuntimeError("the drawn flow did not end")


def drawing() -> str:
    """The flow in BPMN: one before, three lines beside one another, and the close; a timer on every task with a deadline."""
    parts = ['<startEvent id="start"/>', '<endEvent id="end"/>', '<parallelGateway id="split"/>', '<parallelGateway id="join"/>']
    arrows: list[tuple[str, str]] = []

    def line(tasks: tuple[tuple[str, str], ...], source: str, target: str) -> None:
        for name, limit in tasks:
            parts.append(f'<userTask id="{name}"/>')
            if limit:
                parts.append(
                    f'<boundaryEvent id="late_{name}" attachedToRef="{name}" cancelActivity="false"><timerEventDefinition>'
                    f"<timeDuration>\"{limit}\"</timeDuration></timerEventDefinition></boundaryEvent><endEvent id=\"told_{name}\"/>"
                )
                arrows.append((f"late_{name}", f"told_{name}"))
            arrows.append((source, name))
            source = name
        arrows.append((source, target))

    line(FIRST, "start", "split")
    for tasks in LINES:
        line(tasks, "split", "join")
    line(LAST, "join", "end")
    flows = "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(arrows))
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:benchmark">'
        f'<process id="flow" isExecutable="true">{"".join(parts)}{flows}</process></definitions>'
    )
