"""Amounts as cheques and receipts write them: 壹万贰仟叁佰元伍角整 (《正确填写票据和结算凭证的基本规定》)."""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def capitals(fen: int) -> str:
    """Whole fen in capital Chinese. Raises `ValueError` for negative amounts and from 10¹⁶ yuan on (no court counts so far)."""
    if not 0 <= fen < 10**18:
        raise ValueError(f"{fen} fen")
    whole, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    text = f"{_whole(whole)}元" if whole or not rest else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif last and text:
        text += "零"
    return f"{text}{DIGITS[last]}分" if last else f"{text}整"


def _whole(yuan: int) -> str:
    """Whole yuan: groups of four, one 零 for every gap."""
    text, gap = "", False
    for n in range(len(GROUPS) - 1, -1, -1):
        group = yuan // 10 ** (4 * n) % 10_000
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += DIGITS[0]
        text, gap = f"{text}{_group(group)}{GROUPS[n]}", False
    return text or DIGITS[0]


def _group(group: int) -> str:
    text, gap = "", False
    for n in range(3, -1, -1):
        digit = group // 10**n % 10
        if digit:
            text += (DIGITS[0] if gap and text else "") + DIGITS[digit] + PLACES[n]
            gap = False
        else:
            gap = True
    return text
