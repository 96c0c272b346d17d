"""A command whose help lists its options under headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click


class Sections(click.Command):
    """A command with headings: the option under which each stands first → the heading."""

    headings: ClassVar[Mapping[str, str]] = {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in their order, a heading where one begins."""
        sections: list[tuple[str, list[tuple[str, str]]]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is None:
                continue
            heading = next((self.headings[o] for o in param.opts if o in self.headings), "")
            if heading or not sections:
                sections.append((heading or "Options", []))
            sections[-1][1].append(record)
        for heading, rows in sections:
            with formatter.section(heading):
                formatter.write_dl(rows)
