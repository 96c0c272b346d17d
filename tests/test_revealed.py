"""Slides for reveal.js: one file without a network, a slide a sweep, a key press a step, notes for the speaker."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from scenes import film

from gradviz.picture.scene import Element, Frame, Image, Scene
from gradviz.writers.revealed import write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def saved(frames: list[Frame] | None = None) -> str:
    if frames is None:
        frames = [replace(f, part="forward" if i < 2 else "backward") for i, f in enumerate(film(steps=6))]
    out = io.BytesIO()
    write(iter(frames), out, size=(960, 540))
    return out.getvalue().decode()


class Slides(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.steps: list[int] = []
        self.notes: list[str] = []
        self.loads: list[str] = []
        self._in_note = False

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.loads += [v for k, v in named.items() if k in ("src", "href") and v[:1] != "#" and v[:5] != "data:"]
        if tag == "section":
            self.steps.append(1)
        elif "fragment" in (named.get("class") or "").split():
            self.steps[-1] += 1
        self._in_note = tag == "aside"

    def handle_endtag(self, tag):
        self._in_note = False

    def handle_data(self, data):
        if self._in_note:
            self.notes.append(data)


def test_a_slide_a_sweep_a_fragment_a_step_each_with_its_note():
    slides = Slides()
    slides.feed(saved())
    assert slides.steps == [2, 4] and slides.loads == []
    assert slides.notes == [f.note for f in film(steps=6)]
    inside = re.findall(r'<div class="told fragment">([^<]*)<aside class="notes">([^<]*)</aside></div>', saved())
    assert [a for a, _ in inside] == [b for _, b in inside] and len(inside) == 4  # a p would end before its note


def test_reveal_js_and_its_licence_are_in_the_file():
    document = saved()
    assert "Permission is hereby granted" in document and "RevealNotes" in document
    ids = re.findall(r'<g id="([^"]*)"', document)
    assert len(ids) == len(set(ids)) and {i[:3] for i in ids} == {"p0-", "p1-"}


def test_hostile_text_stays_text():
    frame = next(film())
    bad = "</script><script>alert(1)</script>"
    document = saved([Frame(replace(frame.scene, title=bad), 1, bad, bad)])
    assert "alert(1)</script>" not in document and "&lt;script&gt;alert(1)" in document


def at_the_end_of(driver: str, folder: Path) -> str:
    """Step and note that Chromium shows after some JavaScript was run in the slides."""
    look = (
        "deck.on('ready', () => { %s setTimeout(() => { const s = deck.getCurrentSlide(); document.title = 'AT ' + "
        "[...s.querySelectorAll('text')].filter(e => getComputedStyle(e).visibility === 'visible' && "
        "e.textContent.startsWith('step')).map(e => e.textContent).join('|') + ': ' + (s.querySelector("
        "'.current-fragment aside.notes') || s.querySelector('aside.notes')).textContent; }, 300); });\n"
        "deck.initialize();"
    )
    return chromium(saved().replace("deck.initialize();", look % driver), folder)


def chromium(document: str, folder: Path, query: str = "") -> str:
    """What a page has put into its title after "AT"."""
    path = folder / "a.html"
    path.write_text(document, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom"]
    page = subprocess.run([*command, path.as_uri() + query], check=True, capture_output=True).stdout.decode()
    return re.search("<title>AT (.*?)</title>", page)[1]


def pressed(keys: list[int]) -> str:
    return (
        f"for (const keyCode of {keys}) "
        "document.dispatchEvent(new KeyboardEvent('keydown', {keyCode, bubbles: true}));"
    )


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("keys, step", [(0, 1), (1, 2), (3, 4), (5, 6), (9, 6), (-2, 4)])
def test_arrow_keys_step_through_it_and_the_note_is_the_step_s(tmp_path, keys, step):
    seen = at_the_end_of(pressed([39] * keys if keys >= 0 else [39] * 5 + [37] * -keys), tmp_path)
    note = list(film(steps=6))[step - 1].note
    assert seen == f"step {step} of 6: {note}"  # a key past the last step too leaves it as it is


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("keys, step", [(0, 1), (1, 2), (2, 3), (4, 5)])
def test_a_screen_reader_is_told_each_step_and_not_the_words_of_all(tmp_path, keys, step):
    look = (
        "window.requestAnimationFrame = f => setTimeout(f, 9);\n"  # no frames are drawn here
        f"const press = n => {{ if (n) {{ {pressed([39])} setTimeout(press, 90, n - 1); }} else "
        "document.title = 'AT ' + document.querySelector('.aria-status').textContent; }; "
        f"deck.on('ready', () => setTimeout(press, 90, {keys}));\ndeck.initialize();"
    )
    told = chromium(saved().replace("deck.initialize();", look), tmp_path).strip()
    sweep = {1: "forward", 3: "backward"}.get(step)  # where a slide starts
    note = list(film(steps=6))[step - 1].note
    assert told == (f"{sweep}. {note}" if sweep else note)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_in_print_each_step_is_a_page(tmp_path):
    look = (
        "window.requestAnimationFrame = f => setTimeout(f, 9);\n"  # no frames are drawn here
        "deck.on('pdf-ready', () => setTimeout(() => document.title = 'AT ' + "
        "[...document.querySelectorAll('.pdf-page')].map(p => [...p.querySelectorAll('text')].filter(e => "
        "getComputedStyle(e).visibility === 'visible' && e.textContent.startsWith('step')).map(e => e.textContent) + "
        "' at ' + p.querySelector('section').style.top).join('|'), 300));\ndeck.initialize();"
    )
    pages = chromium(saved().replace("deck.initialize();", look), tmp_path, "?print-pdf").split("|")
    assert pages == [f"step {k} of 6 at 0px" for k in range(1, 7)]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_opening_the_speaker_s_view_does_not_take_the_talk_back(tmp_path):
    def say(message: str) -> str:
        return f"dispatchEvent(new MessageEvent('message', {{data: JSON.stringify({message})}}));"

    back = say("{method: 'setState', args: [{indexh: 1, indexv: 0, indexf: -1, paused: false}]}")
    opens = say("{namespace: 'reveal-notes', type: 'call', callId: 1, methodName: 'getSlidesAttributes'}")
    done = say("{namespace: 'reveal-notes', type: 'connected'}")
    assert at_the_end_of(pressed([39] * 4) + opens + back + done, tmp_path).startswith("step 5 of 6")
    assert at_the_end_of(pressed([39] * 4) + opens + done + back, tmp_path).startswith("step 3 of 6")


def test_of_several_looks_of_many_cells_a_step_shows_its_own():
    looks = [bytes(range(k, k + 243)) for k in range(3)]
    frames = [
        Frame(Scene(90, 90, "#FFFFFF", (Element("n", "node", (Image(0, 0, 90, 90, 9, 9, look),)),)), 1, "", "forward")
        for look in looks
    ]
    document = saved(frames)
    seen = json.loads(re.search("const seen = (.*?);", document)[1])[0]
    classes = re.findall(r'<image [^>]*class="([^"]*)"', document)
    assert [seen[c] for c in classes] == [[0, 1], [1, 2], [2, 3]]
