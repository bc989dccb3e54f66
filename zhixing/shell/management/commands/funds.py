"""`zhixing funds …`: the money of enforcement on the command line. `fee` and `interest` open no database.

Each subcommand is one row of `SUBCOMMANDS`: name → (help, arguments, what it does). What is wrong with the input is one Chinese
sentence on standard error and exit status 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhixing.rulebook.located import BrokenFile
from zhixing.rulebook.money import fees, interest
from zhixing.rulebook.money.amounts import day_of, fen_of, yuan
from zhixing.rulebook.money.steps import Step
from zhixing.rulebook.refusals import Refusal

WRONG_INPUT = 2
ARGPARSE = (
    ("arguments are required: (.*)", r"缺少 \1"), ("unrecognized arguments: (.*)", r"不认识 \1"),
    ("invalid choice: '(.*?)'", r"不认识 \1"), ("argument (.*?): expected", r"\1 后面没有写内容"),
)  # fmt: skip
Answer = dict[str, Any]


class Subcommand(NamedTuple):
    """A subcommand: its help, how it declares its arguments, and what it answers."""

    help: str
    arguments: Callable[[CommandParser], None]
    run: Callable[[dict[str, Any]], Answer]


def fee_arguments(parser: CommandParser) -> None:
    parser.add_argument("amount", metavar="AMOUNT", help="执行金额（元）")
    parser.add_argument("--preservation", action="store_true", help="保全申请费")


def fee(options: dict[str, Any]) -> Answer:
    """The fee for enforcement, or with `--preservation` for preservation (诉讼费用交纳办法第14条)."""
    charge = fees.preservation_fee if options["preservation"] else fees.enforcement_fee
    charged = charge(fen_of(options["amount"], "amount"))
    return {"fee_yuan": f"{yuan(charged.fen):f}", "steps": shown(charged.steps), "note": charged.note}


def interest_arguments(parser: CommandParser) -> None:
    parser.add_argument("--principal", required=True, metavar="YUAN", help="尚未清偿的金钱债务，不含一般债务利息（元）")
    parser.add_argument("--from", dest="start", required=True, metavar="DATE", help="迟延的第一日")
    parser.add_argument("--to", dest="until", required=True, metavar="DATE", help="迟延的最后一日")
    parser.add_argument("--payment", action="append", default=[], metavar="DATE=YUAN", help="某日清偿的金额，可以写多次")
    parser.add_argument("--stay", action="append", default=[], metavar="DATE..DATE", help="不计算的期间，首末两日都在内，可以写多次")


def doubled(options: dict[str, Any]) -> Answer:
    """The doubled part of delay interest (法释〔2014〕8号)."""
    payments = [p.partition("=") for p in options["payment"]]
    stays = [s.partition("..") for s in options["stay"]]
    found = interest.doubled_interest(
        [interest.Debt(fen_of(options["principal"], "principal"), day_of(options["start"], "from"))],
        until=day_of(options["until"], "to"),
        payments=[interest.Payment(day_of(on, "payment"), fen_of(paid, "payment")) for on, _, paid in payments],
        stays=[interest.Stay(day_of(first, "stay"), day_of(last, "stay")) for first, _, last in stays],
    )
    return {
        "doubled_interest_yuan": f"{yuan(found.fen):f}", "days": found.days, "unpaid_yuan": f"{yuan(found.unpaid_fen):f}",
        "steps": shown(found.steps), "note": found.note,
    }  # fmt: skip


def balance_arguments(parser: CommandParser) -> None:
    parser.add_argument("--court", metavar="CODE", help="法院代字；只有一个法院时可以不写")
    parser.add_argument("--on", metavar="DATE", help="截至哪一天，不写就是今天")


def balance(options: dict[str, Any]) -> Answer:
    """The trial balance of a court's ledger on a day, in fen (四(三)1). `difference_fen` is 0, or the books are wrong."""
    from zhixing import clock
    from zhixing.desks.funds import balances

    on = day_of(options["on"], "on") if options["on"] else clock.now().date()
    return balances.as_json(balances.trial_balance(balances.court_of(options["court"]), on))


def statement_arguments(parser: CommandParser) -> None:
    parser.add_argument("file", metavar="FILE", help="网银导出的账户明细（.xlsx、.xls、.csv）或 camt.053（.xml）")
    parser.add_argument("--bank", default="", metavar="NAME", help="银行（banks.yaml 里的名称）；不写就按表头认")
    parser.add_argument("--case", default="", metavar="NUMBER", help="一案一账号的子账户流水：这个案件的案号；总账号不写")
    parser.add_argument("--count", type=int, metavar="N", help="对账单上的笔数，与 --in 一起写时先核对，不符就不导入")
    parser.add_argument("--in", dest="in_yuan", metavar="YUAN", help="对账单上的收入合计（元）")
    parser.add_argument("--court", metavar="CODE", help="法院代字；只有一个法院时可以不写")


def statement(options: dict[str, Any]) -> Answer:
    """Import a bank statement into the ledger (四(三)3); importing it again changes nothing."""
    from zhixing import clock
    from zhixing.casework.case_numbers import parse_case_number
    from zhixing.casework.cases.models import Case
    from zhixing.casework.people.actors import Actor
    from zhixing.desks.funds import balances
    from zhixing.desks.funds.importing import Control, import_statement

    path, court_id = Path(options["file"]), balances.court_of(options["court"])
    if not path.is_file():
        raise Refusal.because("没有导入", f"没有这个文件：{path}")
    case_id = None
    if options["case"]:
        try:
            number = parse_case_number(options["case"]).text
        except ValueError as error:
            raise Refusal.because("没有导入", str(error)) from error
        case_id = Case.objects.filter(court_id=court_id, number=number).values_list("pk", flat=True).first()
        if case_id is None:
            raise Refusal.because("没有导入", f"本院没有{number}")
    given = options["count"] is not None and options["in_yuan"]
    control = Control(options["count"], fen_of(options["in_yuan"], "in", zero=True)) if given else None
    by = Actor(None, "命令行", court_id, frozenset({"funds_officer"}), ("funds",))
    done = import_statement(file=path, filename=path.name, bank=options["bank"], case_id=case_id, control=control, by=by, at=clock.now())
    return done.as_json()


def shown(steps: tuple[Step, ...]) -> list[dict[str, str]]:
    return [s.as_json() for s in steps]


SUBCOMMANDS: dict[str, Subcommand] = {
    "fee": Subcommand("计算申请执行费、保全申请费", fee_arguments, fee),
    "interest": Subcommand("计算迟延履行利息加倍部分", interest_arguments, doubled),
    "import-statement": Subcommand("导入银行流水", statement_arguments, statement),
    "trial-balance": Subcommand("列出案款总账的试算平衡表", balance_arguments, balance),
}


class Command(BaseCommand):
    help = "执行案款：" + "；".join(s.help for s in SUBCOMMANDS.values())
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: CommandParser) -> None:
        speak_chinese(parser)
        sub = parser.add_subparsers(dest="what", required=True, metavar="|".join(SUBCOMMANDS))
        for name, command in SUBCOMMANDS.items():
            made = sub.add_parser(name, help=command.help)
            command.arguments(made)
            made.add_argument("--json", action="store_true", help="一行 JSON")
            speak_chinese(made)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = SUBCOMMANDS[options["what"]].run(options)
        except (Refusal, BrokenFile, OSError) as error:
            raise CommandError(str(error), returncode=WRONG_INPUT) from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=None if options["json"] else 2))


def speak_chinese(parser: CommandParser) -> None:
    """Make a parser answer what it cannot read with one Chinese sentence and exit status 2."""

    def refuse(message: str) -> NoReturn:
        words = next((found.expand(ours) for theirs, ours in ARGPARSE if (found := re.search(theirs, message))), message)
        sentence = f"命令没有看懂：{words}。用法见 {parser.prog} --help"
        if parser.called_from_command_line:
            parser.exit(WRONG_INPUT, f"{sentence}\n")
        raise CommandError(sentence, returncode=WRONG_INPUT)

    parser.error = refuse  # type: ignore[method-assign]
