"""The money of enforcement (四(三)2(2), 法释〔2014〕8号, 诉讼费用交纳办法): fees, delay interest, order of payment, sharing among creditors.

Pure: integer fen and exact fractions, no float, no clock. Numbers come from `zhixing/regulations/money.yaml`; every answer
carries its steps. What cannot be counted is a `Refusal` in Chinese that names the field it is about.
"""
