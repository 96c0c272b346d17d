"""Films as slides for reveal.js in one file that needs no network: a slide a sweep, a key press a step.

The speaker's view (key S) shows what happens in each step. A screen reader is told the same by reveal.js, which reads
out the words of what has come: the sentences, and not the picture, in which every step's words are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from itertools import groupby
from typing import BinaryIO

from ..picture.scene import Frame, Scene
from .reel import Classes, Reel
from .repeats import shared
from .svg import escape, opening

_STYLE = """
html, body { margin: 0; height: 100%%; background: %(ground)s; }
.reveal .slides section { padding: 0; height: 100%%; }
.reveal .slides .picture, .reveal .slides .picture > svg { display: block; width: 100%%; height: 100%%; }
.reveal .slides .told { position: absolute; clip-path: inset(50%%); }
.reveal .slides .fragment:not(.visible) { display: none; }
"""

_SCRIPT = """
const seen = %(seen)s;  // by part and class: from, to, from, to, ...
const deck = new Reveal({
  width: %(width)s, height: %(height)s, margin: 0, center: false, controls: false, progress: false,
  hash: true, fragmentInURL: true, transition: "none", backgroundTransition: "none",
  plugins: [RevealNotes],
});
let begins = false;  // the speaker's view starts at its slide's first step, and must not take the talk back there
addEventListener("message", event => {
  const said = String(event.data);
  if (said.includes('"getSlidesAttributes"')) begins = true;
  else if (said.includes('"connected"')) begins = false;
  else if (begins && said.includes('"setState"')) event.stopImmediatePropagation();
});
function follow() {
  for (const slide of document.querySelectorAll(".slides section")) {  // in print a slide a step
    const step = slide.querySelectorAll(".fragment.visible").length;
    for (const [name, times] of Object.entries(seen[slide.dataset.part])) {
      const now = times.some((from, j) => j %% 2 === 0 && from <= step && step < times[j + 1]);
      for (const e of slide.getElementsByClassName(name)) e.style.visibility = now ? "" : "hidden";
    }
  }
  const now = deck.getCurrentSlide();  // a key past the last step leaves no fragment current: the last stays it
  if (now && !now.querySelector(".current-fragment"))
    [...now.querySelectorAll(".fragment.visible")].pop()?.classList.add("current-fragment");
}
const all = {subtree: true, attributes: true, attributeFilter: ["class"]};
new MutationObserver(follow).observe(document.querySelector(".slides"), all);
deck.on("pdf-ready", follow);
follow();
deck.initialize();
"""


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write all frames as one HTML file; frames of one part are a slide, whose fragments are its steps.

    size  px of a slide
    """
    del loop
    rules = Classes()
    slides: list[str] = []
    seen: list[dict[str, tuple[int, ...]]] = []
    scene: Scene | None = None
    for n, (part, shown) in enumerate(groupby(frames, key=lambda f: f.part)):
        reel, notes, classes = Reel(), [], Classes()
        classes.looks = rules.looks  # one for all slides
        for frame in shown:
            scene = frame.scene
            reel.add(scene)
            notes.append(frame.note)
        if scene is None:
            raise AssertionError(part)
        prefix = f"p{n}-"
        lines = "\n".join(shared(reel.lines(classes, prefix), prefix))
        rules.cells |= classes.cells
        seen.append({name: frames for frames, name in classes.stretches.items()})
        steps = "\n".join(f'<div class="told{" fragment" if k else ""}">{_told(n)}</div>' for k, n in enumerate(notes))
        slides.append(
            f'<section data-part="{n}" data-background-color="{escape(scene.ground)}">\n'
            f'<h2 class="told">{escape(part or scene.title)}</h2>\n<div class="picture" aria-hidden="true">\n'
            f"{opening(replace(scene, title='', desc=''), prefix=prefix, size=size)}\n{lines}\n</svg>\n</div>\n"
            f"{steps}\n</section>"
        )
    if scene is None:
        return
    package = files(__package__) / "reveal"
    reveal, notes_plugin, css, licence = (
        (package / name).read_text(encoding="utf-8") for name in ("reveal.js", "notes.js", "reveal.css", "LICENSE")
    )
    style = _STYLE % {"ground": escape(scene.ground)} + "\n".join(rules.rules())
    script = _SCRIPT % {"seen": json.dumps(seen, separators=(",", ":")), "width": size[0], "height": size[1]}
    title = escape(scene.title or "gradviz")
    document = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<!-- reveal.js\n{licence.replace('--', '- -')}-->\n<style>{css}</style>\n<style>{style}</style>\n</head>\n"
        '<body>\n<div class="reveal">\n<div class="slides">\n' + "\n".join(slides) + "\n</div>\n</div>\n"
        f"<script>{reveal}</script>\n<script>{notes_plugin}</script>\n<script>{script}</script>\n</body>\n</html>\n"
    )
    out.write(document.encode())


def _told(note: str) -> str:
    return f'{escape(note)}<aside class="notes">{escape(note)}</aside>'
