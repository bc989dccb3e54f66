"""From file to cases: formats, headers, what is skipped and what is refused (二(四)1(1): the register of cases)."""

from datetime import date, datetime

import pytest

from zhixing.casework.register.parsing import SHANGHAI
from zhixing.casework.register.reading import stream_register
from zhixing.casework.register.sheets import vocabulary
from zhixing.rulebook.loader import standard
from zhixing.rulebook.refusals import Refusal


def csv_of(rows, separator=","):
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_file_is_read_whatever_its_separator_and_encoding(read, header, good, separator, encoding):
    register = read(csv_of([header, good], separator).encode(encoding), "台账.csv")
    assert [row.number.text for row in register.rows] == ["（2023）豫1502执101号"]
    assert register.rows[0].debtors[0].name == "朱五戌"


def test_unicode_text_as_excel_saves_it_is_read(read, header, good):
    assert len(read(csv_of([header, good], "\t").encode("utf-16"), "台账.txt").rows) == 1


def test_debtors_on_several_lines_of_a_quoted_cell_do_not_move_the_row_numbers(read, header, good):
    two = [*good[:3], '"朱五戌\n钱乙丑"', "", "", "5"]
    bad = ["乱写", *good[1:]]
    register = read(csv_of([header, two, [], bad]).encode(), "台账.csv")
    assert [debtor.name for debtor in register.rows[0].debtors] == ["朱五戌", "钱乙丑"]
    assert register.skipped == [(3, "空行")]
    assert [remark.row for remark in register.rejected] == [4]


def test_a_page_that_calls_itself_xls_is_read_with_its_spans_and_line_breaks(read):
    page = """<html><head><meta charset="gb2312"></head><body><table>
      <tr><td colspan=5>执行案件台账</td></tr>
      <tr><th>案号</th><th>立案<br>日期</th><th>被执行人</th><th>案由</th><th>标的额</th></tr>
      <tr><td>（2023）豫1502执1号</td><td>2023-03-13</td><td>赵甲子<br>钱乙丑</td><td rowspan=2>买卖&nbsp;合同</td><td>1</td></tr>
      <tr><td>（2023）豫1502执2号</td><td>2023-03-14</td><td>孙
         丙寅</td><td>2</td></tr></table></body></html>"""
    register = read(page.encode("gb18030"), "台账.xls")
    assert [(row.row, row.number.seq, str(row.claim_yuan)) for row in register.rows] == [(3, 1, "1.00"), (4, 2, "2.00")]
    assert [debtor.name for debtor in register.rows[0].debtors] == ["赵甲子", "钱乙丑"]
    assert register.rows[1].debtors[0].name == "孙丙寅"


def test_tab_separated_text_that_calls_itself_xls_is_read(read, header, good):
    assert len(read(csv_of([header, good], "\t").encode("gb18030"), "台账.xls").rows) == 1


def test_a_real_xls_workbook_is_read_and_its_hidden_sheet_named(read, samples):
    register = read(samples / "small.xls", "small.xls")
    (row,) = register.rows
    assert (row.row, row.number.text, row.filed_on, str(row.claim_yuan)) == (
        3,
        "（2023）豫1502执101号",
        date(2023, 3, 13),
        "15000.00",
    )
    assert any("隐藏的工作表“旧数据”" in warning.reason for warning in register.warnings)


def test_the_header_is_found_by_what_stands_in_it_wherever_it_is(read, workbook, header, good):
    rows = [[], ["某某法院执行案件台账"], [None, "案号", "说明"], [], [None, *header], [None, *good]]
    register = read(workbook(rows), "台账.xlsx")
    assert register.header_row == 5
    assert [row.row for row in register.rows] == [6]


def test_a_header_of_two_rows_is_read_as_one(read, workbook):
    top = ["案号", "立案日期", "申请执行人", None, "被执行人", None, None]
    below = [None, None, "姓名", "联系电话", "姓名", "身份证号", "电话"]
    cells = [
        "（2023）豫1502执1号",
        "2023-03-13",
        "甲公司",
        "19900000001",
        "朱五戌",
        "411502189707193109",
        "19900000883",
    ]
    register = read(workbook([["台账"], top, below, cells]), "台账.xlsx")
    assert register.header_row == 3
    assert register.rows[0].debtors[0][:3] == ("朱五戌", "411502189707193109", "resident_id")
    assert register.rows[0].applicants[0].phone == "19900000001"


def test_a_courts_own_mapping_goes_before_the_vocabulary(read_rows, good):
    header = ["编码", "立案日期", "申请执行人", "对方", "证件", "被执行人电话", "标的额"]
    mapping = {"编码": "number", "对方": "debtor_name", "证件": "debtor_id_number", "标的额": ""}
    register = read_rows(good, header=header, mapping=mapping)
    assert register.rows[0].debtors[0].id_number == "411502189707193109"
    assert register.rows[0].claim_yuan is None
    assert register.rows[0].extra == {"标的额": "100"}


def test_a_file_without_a_required_column_says_which(read, workbook, header, good):
    with pytest.raises(Refusal, match="缺少被执行人") as refused:
        read(workbook([[*header[:3]], [*good[:3]]]), "台账.xlsx")
    assert refused.value.reasons[0].now


def test_the_sheet_asked_for_is_read_and_an_unknown_one_refused_with_the_names(read, workbook, header, good):
    other = ["（2022）豫1502执7号", "2022-03-13", *good[2:]]
    file = workbook([header, good], sheets={"二〇二二年": [header, other]})
    assert read(file, "台账.xlsx", sheet="二〇二二年").rows[0].number.seq == 7
    assert any("二〇二二年" in warning.reason for warning in read(file, "台账.xlsx").warnings)
    with pytest.raises(Refusal, match="没有名为“三”的工作表"):
        read(file, "台账.xlsx", sheet="三")


def test_totals_repeated_headers_and_notes_are_skipped_but_no_case_is(read_rows, header, good):
    total = ["小计", None, None, None, None, None, 100]
    register = read_rows(good, total, header, [None] * 6 + [" "], ["合 计："], ["（2023）豫1502执102号", *good[1:]])
    assert [row.row for row in register.rows] == [2, 7]
    assert [row for row, _ in register.skipped] == [3, 4, 5, 6]
    assert [why for _, why in register.skipped] == ["合计行", "重复的表头", "空行", "合计行"]


def test_a_row_whose_party_is_called_total_is_still_a_case(read_rows, good):
    assert len(read_rows([*good[:2], "合计", *good[3:]]).rows) == 1


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        (0, "执字第12号", "旧写法"), (0, None, "空的"), (1, "待定", "无法识别"), (1, None, "空的"), (1, date(2024, 1, 1), "晚于今天"),
        (3, None, "没有被执行人"), (3, "无", "没有被执行人"), (4, "411502189707193100", "校验位"), (4, "91411502H1TGQCAWN1", "校验位"),
        (4, 411502189707193109, "当成了数字"), (4, "4.115E+17", "当成了数字"), (4, "411502189707193000", "当成了数字"),
        (4, "41150218970719310", "17位"), (6, "-5", "负数"), (6, "许多", "无法识别"), (3, "甲" * 121, "最多120个"),
    ],
)  # fmt: skip
def test_a_bad_cell_refuses_its_row_names_its_column_and_keeps_the_others(read_rows, header, good, column, cell, why):
    bad = ["（2023）豫1502执9号", *good[1:]]
    bad[column] = cell
    register = read_rows(bad, good)
    assert [row.row for row in register.rows] == [3]
    assert [remark.as_json()["row"] for remark in register.rejected] == [2]
    assert register.rejected[0].column == header[column]
    assert why in register.rejected[0].reason


def test_a_row_with_several_mistakes_has_a_reason_for_each_and_counts_once(read_rows, good):
    register = read_rows(["乱写", "待定", "", "", "", "", "-1"], good)
    assert [remark.column for remark in register.rejected] == ["案号", "立案日期", "申请执行标的额（元）", "被执行人"]
    assert register.rejected_rows == 1


def test_a_number_that_stands_twice_refuses_the_later_row_whatever_its_brackets(read_rows, good):
    register = read_rows(good, ["(2023) 豫1502执0101 号", *good[1:]])
    assert [row.row for row in register.rows] == [2]
    assert "第2行重复" in register.rejected[0].reason


def test_an_unknown_area_and_another_courts_number_are_warnings_only(read_rows, good):
    from zhixing.casework.identity import resident_check_digit

    odd = "99150218970719310"
    register = read_rows([*good[:4], odd + resident_check_digit(odd), *good[5:]], court_code="豫1503")
    assert len(register.rows) == 1
    assert [warning.column for warning in register.warnings] == ["案号", "被执行人证件号码"]


def test_numbers_that_do_not_fit_the_debtors_are_left_out_and_named(read_rows, good):
    register = read_rows(
        [*good[:3], "朱五戌、钱乙丑、孙丙寅", "411502189707193109；411502189811082839", good[5], good[6]]
    )
    assert [debtor.id_number for debtor in register.rows[0].debtors] == ["", "", ""]
    assert [warning.column for warning in register.warnings] == ["被执行人证件号码", "被执行人电话"]


def test_a_phone_typed_as_a_number_and_two_phones_of_one_debtor_are_kept(read_rows, good):
    register = read_rows(
        [*good[:5], 19900000883, good[6]], ["（2023）豫1502执2号", *good[1:5], "19900000001、19900000002", "1"]
    )
    assert [row.debtors[0].phone for row in register.rows] == ["19900000883", "19900000001/19900000002"]


def test_a_fifteen_digit_number_typed_as_a_number_is_exact_and_accepted(read_rows, good):
    register = read_rows([*good[:4], 411502970719310, *good[5:]])
    assert register.rows[0].debtors[0][1:3] == ("411502970719310", "resident_id_15")


def test_a_header_in_ten_thousand_yuan_multiplies_and_a_missing_amount_is_mentioned(read_rows, header, good):
    register = read_rows(
        [*good[:6], 1.5], ["（2023）豫1502执2号", *good[1:6], None], header=[*header[:6], "标的额(万元)"]
    )
    assert [str(row.claim_yuan) for row in register.rows] == ["15000.00", "None"]
    assert any("有1行没有标的额" in warning.reason for warning in register.warnings)


def test_a_formula_without_a_cached_value_counts_as_empty(read_rows, good):
    register = read_rows([*good[:6], "=1+1"])
    assert register.rows[0].claim_yuan is None
    assert any("公式" in warning.reason for warning in register.warnings)


def test_milestones_become_events_and_an_unreadable_one_costs_only_itself(read_rows, header, good):
    extra = [
        "执行通知书发出日期",
        "总对总发起日期",
        "限制消费令",
        "案款到账日期",
        "到账金额（万元）",
        "结案日期",
        "结案方式",
        "承办人",
    ]
    cells = [date(2023, 3, 15), "2023-03-14 09:30", "已发", "2023.4.1", 2, "20231201", "执行完毕", "张某"]
    (row,) = (register := read_rows([*good, *cells], header=[*header, *extra])).rows
    assert row.milestones == {
        "enforcement_notice_issued": date(2023, 3, 15),
        "inquiry_started_zdz": datetime(2023, 3, 14, 9, 30, tzinfo=SHANGHAI),
        "money_arrived": date(2023, 4, 1),
        "case_closed": date(2023, 12, 1),
    }
    assert str(row.payloads["money_arrived"]["amount_yuan"]) == "20000.00"
    assert row.payloads["case_closed"] == {"way": "执行完毕"}
    assert row.extra == {"承办人": "张某"}
    assert [(warning.column, "没有录入" in warning.reason) for warning in register.warnings] == [("限制消费令", True)]


def test_a_second_column_of_one_field_is_kept_apart_and_named(read_rows, header, good):
    register = read_rows([*good, "另一个"], header=[*header, "被执行人姓名"])
    assert register.rows[0].debtors[0].name == "朱五戌"
    assert register.rows[0].extra == {"被执行人姓名": "另一个"}
    assert any("只采用前面的列" in warning.reason for warning in register.warnings)


def test_two_unknown_columns_of_one_name_are_both_kept(read_rows, header, good):
    register = read_rows([*good, "甲", "乙"], header=[*header, "说明", "说明"])
    assert register.rows[0].extra == {"说明（第8列）": "甲", "说明（第9列）": "乙"}


def test_rows_come_one_by_one_and_stopping_early_leaves_nothing_behind(workbook, header, good):
    rows = [[f"（2023）豫1502执{seq}号", *good[1:]] for seq in range(1, 3001)]
    with stream_register(workbook([header, *rows]), "台账.xlsx", today=date(2023, 12, 31)) as stream:
        assert next(iter(stream)).number.seq == 1
    with stream_register(workbook([header, *rows]), "台账.xlsx", today=date(2023, 12, 31)) as stream:
        assert [row.number.seq for row in stream] == list(range(1, 3001))


def test_no_header_stands_for_two_fields_and_every_field_has_a_title():
    assert all(field.title for field in vocabulary().fields.values())
    assert len(vocabulary().by_header) > 150


def test_every_milestone_is_an_event_of_the_regulation_and_every_payload_one_of_its_fields():
    events = standard().events
    for field in vocabulary().fields.values():
        if field.event:
            assert field.event in events
            if field.payload:
                assert field.payload in {part.name for part in events[field.event].fields}
