"""The privacy gate: the bytes of everything about to be published, decoded and looked at (design §6).

`scan` looks and decides; `Memory` gathers the night's own withheld values and writes them as hashes, `load` reads them.
"""

from vitrina.publishing.gate.scan import Verdict, scan
from vitrina.publishing.gate.text import Finding
from vitrina.publishing.gate.withheld import Memory, load, remember

__all__ = ["Finding", "Memory", "Verdict", "load", "remember", "scan"]
