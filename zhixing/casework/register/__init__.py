"""Case registers (执行案件台账, 四(二)5): reading a clerk's file, and the runs that import it.

`reading.read_register` is pure (no database): `worker` opens the file in a limited process, `sheets` finds the header,
`parsing` reads cells, `rows` checks a row. What may be in a register is data: `columns.yaml`, `limits.yaml`.
"""
