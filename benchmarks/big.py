"""Two hundred courts with a million cases and eight million clocks, made by the database itself from numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from django.db import connection

from zhixing.casework.cases.names import initials
from zhixing.casework.facts import rules

COURTS, CLOCKS, EVENTS, WITH_JOURNAL = 200, 8, 10, 10
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章"
GIVEN = "样试拟仿例虚设假一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥东西南北春夏秋冬"
TABLES = ("case_file", "party", "duty", "journal_entry")
RULES = ("start_queries", "notice_and_report_order", "start_traditional_search", "allocate_case", "print_feedback", "handle_feedback",
         "freeze_online", "deliver_papers")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Big:
    """The ids of what was made: courts, desks that owe, and cases from `first_case` on."""

    courts: tuple[int, ...]
    desks: tuple[str, ...]
    first_case: int
    cases: int

    def case_with_journal(self, dice: random.Random) -> tuple[int, int]:
        """(court, case) of some case that has a journal."""
        number = dice.randrange(self.cases // WITH_JOURNAL) * WITH_JOURNAL
        return self.courts[number % COURTS], self.first_case + number

    def name(self, dice: random.Random) -> str:
        """Two characters of some name."""
        return dice.choice((dice.choice(SURNAMES) + dice.choice(GIVEN), dice.choice(GIVEN) + dice.choice(GIVEN)))


@cache
def big(cases: int) -> Big:
    """Make it, once a run. Indexes are taken off while the rows go in and put back as they were."""
    book = rules.rulebook()
    desks = [book.duties[r].desk for r in RULES]
    clauses = [book.duties[r].clause for r in RULES]
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("INSERT INTO court (code, name, short_name, region_code, regulation, hotline)"
                       " SELECT '大' || n, '大' || n, '大' || n, '000000', 'shihe-2023', '' FROM generate_series(1, %s) n RETURNING id", (COURTS,))  # fmt: skip
        courts = tuple(sorted(row[0] for row in cursor.fetchall()))
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM case_file")
        first = cursor.fetchone()[0]
        indexes = _take_off(cursor)
        names = {"first": first, "last": first + cases - 1, "courts": list(courts), "rules": list(RULES), "desks": desks, "clauses": clauses,
                 "surnames": SURNAMES, "surname_initials": _initials(SURNAMES), "given": GIVEN, "given_initials": _initials(GIVEN)}  # fmt: skip
        for statement in STATEMENTS:
            cursor.execute(statement, names)
        for index in indexes:
            cursor.execute(index)
        cursor.execute("SET session_replication_role = origin")
        for table in TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("SET synchronous_commit = on")
    return Big(courts, tuple(dict.fromkeys(desks)), first, cases)


def _initials(text: str) -> str:
    return "".join(initials("一" + c)[1] for c in text)


def _take_off(cursor: object) -> list[str]:
    """Drop every index that is no constraint; returns the statements that make them again."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)", (list(TABLES),))  # fmt: skip
    found = cursor.fetchall()  # type: ignore[attr-defined]
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')  # type: ignore[attr-defined]
    return [definition for _, definition in found]


COURT = f"(%(courts)s::bigint[])[1 + (i - %(first)s) %% {COURTS}]"
FILED = "date '2022-09-01' + (abs(hashint8(i)) %% 730)"
STATEMENTS = (
    f"""INSERT INTO case_file (id, court_id, ref, number, year, kind, seq, filed_on, case_type, cause, basis_number, basis_court, claim_yuan,
  applicants, debtors, track, stage, holder, team, closed_on, closing_way, note)
SELECT i, {COURT}, lpad(to_hex(i), 12, 'z'), '（2023）大执' || i || '号', 2023, '执', i - %(first)s, {FILED}, '首次执行', '买卖合同纠纷',
  '（2022）大民初' || i || '号', '试验法院', (i %% 900000)::numeric(16, 2), '样申请' || i, '样被执' || i, 'fast', 'open',
  (%(desks)s::text[])[1 + i %% 8], '', CASE WHEN i %% 3 > 0 THEN {FILED} + (abs(hashint8(i + 7)) %% 180) END, '', ''
FROM generate_series(%(first)s::bigint, %(last)s::bigint) i""",
    f"""INSERT INTO party (court_id, case_id, position, role, name, initials, id_kind, id_number, phone, address, grams)
SELECT {COURT}, i, 1, role, name, p, '', '', '', '', CASE length(name)
  WHEN 2 THEN concat_ws(' ', left(name, 1), right(name, 1), name, p)
  ELSE concat_ws(' ', left(name, 1), substr(name, 2, 1), right(name, 1), left(name, 2), right(name, 2), left(p, 2), right(p, 2)) END
FROM (SELECT i, role, substr(%(surnames)s, a, 1) || substr(%(given)s, b, 1) || CASE WHEN c > 0 THEN substr(%(given)s, c, 1) ELSE '' END AS name,
    substr(%(surname_initials)s, a, 1) || substr(%(given_initials)s, b, 1) || CASE WHEN c > 0 THEN substr(%(given_initials)s, c, 1) ELSE '' END AS p
  FROM (SELECT i, role, 1 + abs(hashint8(i * k)) %% {len(SURNAMES)} AS a, 1 + abs(hashint8(i * k + 1)) %% {len(GIVEN)} AS b,
      CASE WHEN abs(hashint8(i * k + 2)) %% 5 > 0 THEN 1 + abs(hashint8(i * k + 3)) %% {len(GIVEN)} ELSE 0 END AS c
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) i, (VALUES ('applicant', 3), ('debtor', 5)) r(role, k)) numbers) people""",
    f"""INSERT INTO duty (court_id, case_id, rule, key, n, clause, desk, started_at, started_seq, due_at, provisional, met_at, met_seq,
  late_at, is_open, warned)
SELECT {COURT}, i, (%(rules)s::text[])[k], '', 1, (%(clauses)s::text[])[k], (%(desks)s::text[])[k], started, i, due, false,
  CASE WHEN done THEN met END, CASE WHEN done THEN i END, CASE WHEN done AND met > due THEN due END, NOT done, 0
FROM (SELECT i, k, started, started + interval '3 days' AS due, started + (abs(hashint8(i + k)) %% 110) * interval '1 hour' AS met,
    abs(hashint8(i * 8 + k)) %% 24 > 0 AS done
  FROM (SELECT i, k, {FILED} + k * interval '9 days' + interval '9 hours' AS started
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) i, generate_series(1, {CLOCKS}) k) numbers) clocks""",
    f"""INSERT INTO journal_entry (court_id, stream, seq, kind, case_id, at, recorded_at, person_name, desk, clause, payload, regulation,
  calendar_version, hash)
SELECT {COURT}, 'casework', (i - %(first)s) * {EVENTS} + k, 'case_filed', i, {FILED} + k * interval '2 days', {FILED} + k * interval '2 days',
  '样书记员', (%(desks)s::text[])[1 + k %% 8], '二(四)1(1)', '{{"number": "' || i || '", "cause": "买卖合同纠纷"}}', 'shihe-2023', 0, md5(i::text)
FROM generate_series(%(first)s::bigint, %(last)s::bigint, {WITH_JOURNAL}) i, generate_series(1, {EVENTS}) k""",
)
