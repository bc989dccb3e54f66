"""What other rooms may wait for: a paper went out. Receivers run in the transaction that issues it: both or neither."""

from django.dispatch import Signal

issued = Signal()  # paper, at
