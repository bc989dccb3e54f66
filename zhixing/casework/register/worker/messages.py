"""Bank-to-customer statements (camt.053): each booked entry becomes a row of text cells under a header.

pycamt reads the entries; this module hands it one entry at a time, so that a large message is never held whole, and makes up
for what it leaves out: accounts that are no IBAN, details that do not add up to what was booked, and the balances: each row gets
the balance after it, counted on from the statement's opening, which must come to the closing balance that the bank declares.
"""

import io
import re
from decimal import Decimal, InvalidOperation

from refused import Refused, check_extent

HEADER = ["交易流水号", "记账日期", "借贷标志", "交易金额", "币种", "对方户名", "对方账号", "附言", "余额"]
NO_STATEMENT = "文件是 XML，但不是 camt.053 报文"
EXPORT = "请从网银重新下载 camt.053 报文，或下载 Excel 格式的账户明细"


class Message:
    """A camt.053 message: one sheet."""

    names, hidden = ["camt.053"], [False]

    def __init__(self, data, kind, limits):
        self.data, self.limits = data, limits

    def open(self, index):
        return self.rows(), [], 0

    def rows(self):
        from lxml import etree
        from pycamt.parser import Camt053Parser

        class Entries(Camt053Parser):
            """The library's reading of an entry, without its reading of the whole file."""

            def __init__(self, namespace):
                self.namespaces = {None: namespace}

        yield HEADER
        entries, count, balance = None, 0, Balance()
        # No document type, no entities, no network, and lxml's own caps on depth and length stay on.
        options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        try:
            for event, element in etree.iterparse(io.BytesIO(self.data), events=("start", "end"), **options):
                if entries is None:
                    entries = Entries(self.checked(element, etree))
                name = etree.QName(element).localname if event == "end" else ""
                if name == "Bal":
                    balance.declared(text(element, "Tp/CdOrPrtry/Cd", entries.namespaces), signed(element, entries.namespaces))
                elif name == "Ntry":
                    for row in booked(entries, element):
                        count += 1
                        check_extent(count + 1, len(row) + 1, self.limits)
                        yield [*row, balance.after(row)]
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
                elif name == "Stmt":
                    balance.compare()
                    balance = Balance()
        except etree.XMLSyntaxError as error:
            raise Refused(f"XML 报文已损坏（第{error.lineno}行）", EXPORT) from None

    def checked(self, root, etree):
        """The namespace of the message. Refused: a document type (entities live in it) and whatever is not camt.053."""
        if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
            raise Refused("XML 里有文档类型或实体定义，正常的报文没有", EXPORT)
        name = etree.QName(root)
        if name.localname != "Document" or ":camt.053." not in (name.namespace or ""):
            raise Refused(NO_STATEMENT, EXPORT)
        return name.namespace


class Balance:
    """The balance of one statement, counted on from its opening. A statement that does not come to its own closing is refused."""

    def __init__(self):
        self.running = self.closing = None

    def declared(self, code, amount):
        if code in ("OPBD", "PRCD"):
            self.running = amount
        elif code == "CLBD":
            self.closing = amount

    def after(self, row):
        amount = money(row[3])
        if self.running is not None:
            self.running = None if amount is None else self.running + (amount if row[2] == "CRDT" else -amount)
        return "" if self.running is None else f"{self.running:f}"

    def compare(self):
        if None not in (self.running, self.closing) and self.running != self.closing:
            raise Refused(f"报文自己的余额对不上：期初加减各笔明细得 {self.running:f}，报文写的期末余额是 {self.closing:f}，可能缺了明细", EXPORT)


def money(word):
    """An amount as the standard writes it (at most 18 digits); None for anything else, such as a number with an exponent."""
    return Decimal(word) if re.fullmatch(r"[0-9]{1,18}(?:\.[0-9]{1,5})?", word, re.ASCII) else None


def signed(element, spaces):
    """A balance; what the account is overdrawn by is negative. None for what is no amount."""
    amount = money(text(element, "Amt", spaces))
    return -amount if amount is not None and text(element, "CdtDbtInd", spaces) == "DBIT" else amount


def text(element, path, spaces):
    found = element.find(path, spaces)
    return (found.text or "").strip() if found is not None else ""


def booked(entries, entry):
    """The rows of an entry: one, or one for each of its details where these add up to what was booked."""
    spaces = entries.namespaces
    status = text(entry, "Sts/Cd", spaces) or text(entry, "Sts", spaces)
    if status and status != "BOOK":
        return
    total, direction = text(entry, "Amt", spaces), text(entry, "CdtDbtInd", spaces)
    found = entries._extract_transaction(entry, None)
    details = entry.findall("NtryDtls/TxDtls", spaces)
    amounts = [text(detail, "Amt", spaces) for detail in details]
    split = len(details) > 1 and add_up(amounts, total) and {one.get("CreditDebitIndicator") for one in found} == {direction}
    for number, one in enumerate(found if split else found[:1], 1):
        detail = details[number - 1] if number <= len(details) else None
        side = "Debtor" if direction == "CRDT" else "Creditor"
        account = one.get(f"{side}IBAN") or (
            text(detail, f"RltdPties/{'Dbtr' if side == 'Debtor' else 'Cdtr'}Acct/Id/Othr/Id", spaces) if detail is not None else ""
        )
        serial = one.get("TransactionID") or text(entry, "NtryRef", spaces)
        yield [
            f"{serial}-{number}" if split and serial else serial,
            one.get("BookingDate") or "",
            direction,
            amounts[number - 1] if split else total,
            one.get("Currency") or "",
            one.get(f"{side}Name") or "",
            account,
            one.get("RemittanceInformationFull") or one.get("RemittanceInformation") or one.get("AdditionalEntryInformation") or "",
        ]


def add_up(amounts, total):
    try:
        return sum(Decimal(amount) for amount in amounts) == Decimal(total)
    except InvalidOperation:
        return False
