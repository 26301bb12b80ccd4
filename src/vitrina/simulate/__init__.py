"""Synthetic records of every system: realistic, seeded, valid, and the same people and companies everywhere.

`write_system` writes one system as one institution would send it, at any size, streaming; `write_samples`
writes the portal's committed samples. The same seed and date give the same bytes. Nothing here is real.
"""

from vitrina.simulate.produce import systems, write_system
from vitrina.simulate.samples import write_samples

__all__ = ["systems", "write_samples", "write_system"]
