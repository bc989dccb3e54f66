"""Bank-to-customer statements (camt.053): each booked entry becomes a row of text cells under a header.

pycamt reads the entries; this module hands it one entry at a time, so that a large message is never held whole, and makes up
for what it leaves out: accounts that are no IBAN, details that do not add up to what was booked.
"""

import io
from decimal import Decimal, InvalidOperation

from refused import Refused, check_extent

HEADER = ["交易流水号", "记账日期", "借贷标志", "交易金额", "币种", "对方户名", "对方账号", "附言"]
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
        entries, count = None, 0
        # No document type, no entities, no network, and lxml's own caps on depth and length stay on.
        options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        try:
            for event, element in etree.iterparse(io.BytesIO(self.data), events=("start", "end"), **options):
                if entries is None:
                    entries = Entries(self.checked(element, etree))
                if event == "end" and etree.QName(element).localname == "Ntry":
                    for row in booked(entries, element):
                        count += 1
                        check_extent(count + 1, len(row), self.limits)
                        yield row
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
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
