"""Print how fast gradviz is, each figure beside a yardstick of the same run: python tests/bench [--small] [PART ...].

The parts are films, video, growth, stills, imports, scalars and arrays. --small takes seconds instead of minutes,
with smaller cases; --json prints the rows for a program. The exit code is 1 where a bar does not hold.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

from measure import Row
from pictures import films, growth, imports, stills, video
from recording import arrays, scalars

PARTS: dict[str, Callable[[bool], Iterator[Row]]] = {
    f.__name__: f for f in (films, video, growth, stills, imports, scalars, arrays)
}


def main(words: Sequence[str]) -> int:
    small, told = "--small" in words, "--json" in words
    parts = [w for w in words if not w.startswith("--")] or list(PARTS)
    unknown = [w for w in parts if w not in PARTS] + sorted({w for w in words if w[:2] == "--"} - {"--small", "--json"})
    if unknown:
        print(
            f"{unknown[0]!r} is no part of the bench; choose from {', '.join(PARTS)}, --small, --json", file=sys.stderr
        )
        return 2
    rows = []
    for part in parts:
        for row in PARTS[part](small):
            rows.append(row)
            if not told:
                print(line(row), flush=True)
    if told:
        print(json.dumps([{**asdict(r), "holds": r.holds} for r in rows], ensure_ascii=False))
    return int(not all(r.holds for r in rows))


def line(row: Row) -> str:
    """Write a row: whether the bar holds, what was measured, the ratio, the bar, and the two costs."""
    if row.skipped:
        return f"–   {row.name}\n      skipped: {row.skipped}"
    sign, mark = "≥" if row.more else "≤", "ok " if row.holds else "NO "
    costs = f"ours {row.ours}" + (f"; yardstick {row.yardstick}" if row.yardstick else "")
    return f"{mark} {row.name}: {row.ratio:.3g} ({sign} {row.bar:.3g})\n      {costs}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
