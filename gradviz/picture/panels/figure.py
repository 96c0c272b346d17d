"""Any Matplotlib figure as a Scene: a renderer that hands out marks instead of pixels.

Lines, shapes and images become marks; text becomes text in our own type, at its size and place. What the figure has
and a scene has not is left out or made plain: transparency is mixed with the ground, hatching is dropped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..fonts import measure, outlines
from ..scene import Element, Image, Mark, Path, Scene, Text
from .axes import clipped

_DPI = 72.0  # so that a point of the figure is a px of the scene
_LEAST = 10.0  # px


def figure(fig: Any, size: tuple[float, float] | None = None, *, ground: str = "#FFFFFF", title: str = "") -> Scene:
    """Return a Matplotlib figure as a scene of vector marks, with text as text.

    size    px of the scene; the figure's own inches at 72 px each by default. The figure is given that size
    ground  the colour behind it, where the figure has none of its own

    Needs Matplotlib, which the figure is from.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    if size is not None:
        fig.set_size_inches(size[0] / _DPI, size[1] / _DPI)
    fig.set_dpi(_DPI)
    if not hasattr(fig.canvas, "get_renderer"):
        FigureCanvasAgg(fig)
    w, h = (float(v) * _DPI for v in fig.get_size_inches())
    renderer = _renderer(w, h, ground)
    fig.draw(renderer)
    marks: list[Mark] = renderer.marks
    return Scene(w, h, ground, (Element("figure", "panel", tuple(marks)),), title)


def _hex(colour: Any, alpha: float, ground: tuple[float, float, float]) -> str:
    """Mix a colour with the ground by its opacity."""
    mixed = (alpha * c + (1 - alpha) * g for c, g in zip(colour[:3], ground, strict=True))
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, float(v)))):02X}" for v in mixed)


def _renderer(width: float, height: float, ground: str) -> Any:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.colors import to_rgb
    from matplotlib.path import Path as MplPath
    from matplotlib.textpath import TextToPath

    behind = to_rgb(ground)

    class Marks(RendererBase):  # type: ignore[misc,unused-ignore]  # some of its versions have no types
        """Collects marks; y is turned to grow downwards."""

        def __init__(self) -> None:
            super().__init__()
            self.marks: list[Mark] = []

        # -- what Matplotlib asks

        def get_canvas_width_height(self) -> tuple[float, float]:
            return width, height

        def points_to_pixels(self, points: Any) -> Any:
            return points

        def flipy(self) -> bool:
            return True

        def option_image_nocomposite(self) -> bool:
            return True

        def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
            if ismath:
                return super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-any-return,unused-ignore]  # as above
            size = max(float(prop.get_size_in_points()), _LEAST)
            return measure(s, size, bold=_bold(prop)), size, 0.25 * size

        # -- what it draws

        def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:
            fill = None
            opacity = gc.get_alpha() if gc.get_forced_alpha() else None
            if rgbFace is not None:
                alpha = opacity if opacity is not None else (rgbFace[3] if len(rgbFace) > 3 else 1.0)
                fill = _hex(rgbFace, alpha, behind) if alpha > 0 else None
            stroke, wide = None, float(gc.get_linewidth())
            edge = gc.get_rgb()
            alpha = opacity if opacity is not None else (edge[3] if len(edge) > 3 else 1.0)
            if wide > 0 and alpha > 0:
                stroke = _hex(edge, alpha, behind)
            if fill is None and stroke is None:
                return
            _, dashes = gc.get_dashes()
            dash = tuple(float(d) for d in dashes) if dashes is not None and len(dashes) else ()
            cap = "round" if gc.get_capstyle() == "round" else "butt"
            box = self._clip(gc)
            for ops, xy in self._pieces(path, transform, box, fill is None):
                self.marks.append(Path(ops, xy, fill, stroke, wide if stroke else 0.0, dash, cap))

        def _clip(self, gc: Any) -> tuple[float, float, float, float] | None:
            bounds = gc.get_clip_rectangle()
            if bounds is None:
                return None
            x0, y0, x1, y1 = bounds.extents
            return (float(x0), height - float(y1), float(x1), height - float(y0))

        def _pieces(self, path: Any, transform: Any, box: Any, open_line: bool) -> list[tuple[str, tuple[float, ...]]]:
            """Return a path's ops and numbers; lines are cut off at the clip box, shapes where they are polygons."""
            moved = path.transformed(transform)
            straight = path.codes is None or not (set(path.codes) & {MplPath.CURVE3, MplPath.CURVE4})
            if box is not None and straight and open_line:
                points = [(float(x), height - float(y)) for x, y in moved.vertices]
                codes = path.codes if path.codes is not None else [1] + [2] * (len(points) - 1)
                runs: list[list[tuple[float, float]]] = []
                for code, point in zip(codes, points, strict=True):
                    if code == MplPath.CLOSEPOLY and runs:
                        runs[-1].append(runs[-1][0])
                    elif code == MplPath.MOVETO:
                        runs.append([point])
                    else:
                        runs[-1].append(point)
                found = [piece for run in runs for piece in clipped(run, box)]
                return [("M" + "L" * (len(p) - 1), tuple(v for at in p for v in at)) for p in found if len(p) > 1]
            if box is not None:
                x0, y0, x1, y1 = box
                moved = (
                    moved.clip_to_bbox(_bbox(x0, height - y1, x1, height - y0), inside=True) if not open_line else moved
                )
            ops, xy = "", []
            last = (0.0, 0.0)
            for vertices, code in moved.iter_segments(curves=True, simplify=False):
                v = [float(c) if i % 2 == 0 else height - float(c) for i, c in enumerate(vertices)]
                if code == MplPath.CURVE3:  # a quadratic curve as the same cubic
                    (ax, ay), (bx, by, cx, cy) = last, v
                    v = [
                        ax + 2 / 3 * (bx - ax),
                        ay + 2 / 3 * (by - ay),
                        cx + 2 / 3 * (bx - cx),
                        cy + 2 / 3 * (by - cy),
                        cx,
                        cy,
                    ]
                op = {MplPath.MOVETO: "M", MplPath.LINETO: "L", MplPath.CURVE3: "C", MplPath.CURVE4: "C"}.get(code, "Z")
                ops += op
                if op != "Z":
                    xy += v
                    last = (v[-2], v[-1])
            return [(ops, tuple(xy))] if xy and ops != "M" else []

        def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
            array = np.asarray(im)
            rows, cols = array.shape[:2]
            alpha = array[..., 3:4].astype(float) / 255
            mixed = array[..., :3] * alpha + (1 - alpha) * 255 * np.array(behind)
            flat = mixed[::-1].round().astype(np.uint8)  # Matplotlib hands the rows over from the bottom up
            self.marks.append(
                Image(float(x), height - float(y) - rows, float(cols), float(rows), rows, cols, flat.tobytes())
            )

        def draw_text(
            self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
        ) -> None:
            edge = gc.get_rgb()
            alpha = gc.get_alpha() if gc.get_forced_alpha() else (edge[3] if len(edge) > 3 else 1.0)
            colour = _hex(edge, alpha if alpha is not None else 1.0, behind)
            size = max(float(prop.get_size_in_points()), _LEAST)
            if ismath:
                self._draw_outlines(gc, x, y, s, prop, angle, colour)
                return
            s, bold = s.replace("-", "−") if _is_number(s) else s, _bold(prop)
            if angle % 360:
                self._turned(float(x), float(y), s, size, bold, angle, colour)
            else:
                self.marks.append(Text(float(x), float(y), s, size, colour, measure(s, size, bold=bold), bold))

        def _draw_outlines(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, colour: str) -> None:
            """Formulas are drawn as outlines: a scene has no other way to set them."""
            vertices, codes = TextToPath().get_text_path(prop, s, ismath=True)
            if not len(vertices):
                return
            a = np.radians(angle)
            k = float(prop.get_size_in_points()) / TextToPath.FONT_SCALE
            px, py = k * np.asarray(vertices)[:, 0], k * np.asarray(vertices)[:, 1]
            turned = np.column_stack(
                [float(x) + px * np.cos(a) - py * np.sin(a), height - float(y) + px * np.sin(a) + py * np.cos(a)]
            )
            for ops, xy in self._pieces(MplPath(turned, codes), _identity(), None, False):
                self.marks.append(Path(ops, xy, colour))

        def _turned(self, x: float, y: float, s: str, size: float, bold: bool, angle: float, colour: str) -> None:
            """Text that does not lie flat is drawn as outlines: a scene's text always does."""
            shape = outlines(s, bold=bold)
            a = np.radians(angle)
            px, py = shape.points[:, 0] * size, shape.points[:, 1] * size
            points = np.column_stack(
                [x + px * np.cos(a) + py * np.sin(a), height - (y - px * np.sin(a) + py * np.cos(a))]
            )
            path = MplPath(points, shape.codes)
            for ops, xy in self._pieces(path, _identity(), None, False):
                self.marks.append(Path(ops, xy, colour))

    return Marks()


def _bold(prop: Any) -> bool:
    weight = prop.get_weight()
    return weight in ("bold", "heavy", "black", "extra bold", "semibold", "demibold") or (
        isinstance(weight, int | float) and weight >= 600
    )


def _is_number(s: str) -> bool:
    try:
        float(s)
    except ValueError:
        return False
    return True


def _bbox(x0: float, y0: float, x1: float, y1: float) -> Any:
    from matplotlib.transforms import Bbox

    return Bbox.from_extents(x0, y0, x1, y1)


def _identity() -> Any:
    from matplotlib.transforms import IdentityTransform

    return IdentityTransform()
