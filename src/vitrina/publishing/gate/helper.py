"""Helper process of scan: looks at the batches of files it is told of, one JSON line in, one out.

Run as `python -m vitrina.publishing.gate.helper [WITHHELD]`. In: [[path, name], …]; out: [decoded bytes, findings].
"""

from __future__ import annotations

import sys
from pathlib import Path

import orjson

from vitrina.publishing.gate import withheld
from vitrina.publishing.gate.decode import look


def main(arguments: list[str]) -> None:
    known = withheld.load(Path(arguments[0])) if arguments[0] else None
    for line in sys.stdin.buffer:
        decoded, found = look([(Path(path), name) for path, name in orjson.loads(line)], known)
        answer = orjson.dumps([decoded, [(f.kind, f.strong, f.place) for f in found]])
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
