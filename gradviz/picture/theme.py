"""The colours of the look, light and dark: one constant each, and nothing else decides a colour."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UnknownName


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour by its meaning. Blue is forward, vermilion backward, and neither means anything else."""

    name: str
    ground: str
    card: str  # the ground of a card
    panel: str  # caption and lens
    ink: str
    grey: str  # secondary text
    idle: str  # idle edges and borders
    badge: str
    solid: str  # a parameter's badge
    on_solid: str
    value: str  # text and lines of the forward sweep
    value_tint: str
    grad: str  # lines of the backward sweep
    grad_text: str
    grad_tint: str
    unknown_tint: str
    glow: str
    glow_value: str
    chip: str
    on_chip: str


LIGHT = Theme(
    name="light", ground="#FFFFFF", card="#FFFFFF", panel="#F5F6F8", ink="#1B1F27", grey="#666D79",
    idle="#8B93A0", badge="#E9ECF0", solid="#1B1F27", on_solid="#FFFFFF", value="#0072B2", value_tint="#EEF6FB",
    grad="#D55E00", grad_text="#A84700", grad_tint="#FDF1E8", unknown_tint="#F5F6F8", glow="#FEDEC6",
    glow_value="#CFE6F5", chip="#A84700", on_chip="#FFFFFF",
)  # fmt: skip

DARK = Theme(
    name="dark", ground="#14171C", card="#14171C", panel="#1D2128", ink="#E9ECF1", grey="#A3ABB8",
    idle="#8B93A0", badge="#333A45", solid="#E9ECF1", on_solid="#14171C", value="#56B4E9", value_tint="#162B3A",
    grad="#F28E4B", grad_text="#F28E4B", grad_tint="#35241B", unknown_tint="#232830", glow="#7C411B",
    glow_value="#1F4A66", chip="#F28E4B", on_chip="#14171C",
)  # fmt: skip

THEMES = {t.name: t for t in (LIGHT, DARK)}


def theme(name: str | Theme) -> Theme:
    """Return the theme of that name; a Theme is returned as it is. Raises `UnknownName`."""
    if isinstance(name, Theme):
        return name
    if not isinstance(name, str) or name not in THEMES:
        raise UnknownName(f"theme={name!r} is not a theme; choose from {', '.join(THEMES)}")
    return THEMES[name]
