"""The privacy gate: the bytes of everything about to be published, decoded and looked at (design §6).

`scan` looks and decides; `remember` writes, and `load` reads, the night's own withheld values as hashes.
"""

from vitrina.publishing.gate.scan import Verdict, scan
from vitrina.publishing.gate.text import Finding
from vitrina.publishing.gate.withheld import load, remember

__all__ = ["Finding", "Verdict", "load", "remember", "scan"]
