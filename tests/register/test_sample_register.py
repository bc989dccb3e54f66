"""The register the way clerks keep it: every good row with exactly its values, every bad row refused and why (二(四)1(1))."""

import json


def test_every_good_row_of_the_sample_is_accepted_with_exactly_its_values(read, samples):
    truth = json.loads((samples / "register-2023.truth.json").read_text(encoding="utf-8"))
    register = read(samples / "register-2023.xlsx", "register-2023.xlsx")
    assert [
        {
            "row": row.row,
            "number": row.number.text,
            "filed_on": row.filed_on.isoformat(),
            "amount": str(row.claim_yuan),
            "debtors": len(row.debtors),
        }
        for row in register.rows
    ] == truth["good"]


def test_exactly_the_bad_rows_of_the_sample_are_refused_each_in_its_column(read, samples):
    truth = json.loads((samples / "register-2023.truth.json").read_text(encoding="utf-8"))
    columns = {
        "duplicate case number": "案号",
        "filing date unreadable": "立案日期",
        "negative amount": "申请执行标的额（元）",
        "case number unreadable": "案号",
    }
    register = read(samples / "register-2023.xlsx", "register-2023.xlsx")
    assert [(remark.row, remark.column) for remark in register.rejected] == [
        (bad["row"], columns[bad["why"]]) for bad in truth["bad"]
    ]
    assert register.rejected_rows == len(truth["bad"])
    assert all(remark.reason for remark in register.rejected)


def test_blank_and_total_rows_of_the_sample_are_skipped_and_named(read, samples):
    register = read(samples / "register-2023.xlsx", "register-2023.xlsx")
    assert register.header_row == 3
    assert register.skipped == [(56, "空行"), (156, "空行"), (255, "空行"), (331, "合计行")]


def test_the_hidden_column_is_read_and_noticed_and_the_other_sheet_is_named(read, samples):
    register = read(samples / "register-2023.xlsx", "register-2023.xlsx")
    assert register.rows[0].basis_number == "（2022）豫1502民初392号"
    reasons = [warning.reason for warning in register.warnings]
    assert any("J列" in reason and "隐藏列" in reason for reason in reasons)
    assert any("填表说明" in reason and "没有读取" in reason for reason in reasons)


def test_debtors_of_one_cell_get_their_own_numbers_and_phones(read, samples):
    register = read(samples / "register-2023.xlsx", "register-2023.xlsx")
    (row,) = [row for row in register.rows if row.row == 7]
    assert [(debtor.name, debtor.id_number, debtor.id_kind, debtor.phone) for debtor in row.debtors] == [
        ("孙一庚", "411502188910247630", "resident_id", "19900000354"),
        ("测试商贸二号有限公司", "91411502H1TGQCAWND", "credit_code", "19900009111"),
    ]
    assert row.applicants[0].name == "测试商贸有限公司"
    assert row.applicants[0].address == "河南省信阳市浉河区虚构路158号"
