"""The command line: one module per verb; each parses, calls the library and prints.

A verb's module is imported when the verb is used, and what it needs when it runs, so that
`semascope similar` waits for no database and no plots.
"""

from importlib import import_module

import click

from semascope.cli.show import STOPPED
from semascope.errors import SemascopeError

SECTIONS = {
    "Meaning": ["similar", "explain", "probe", "analogy"],
    "Your text": [
        "index",
        "search",
        "clusters",
        "map",
        "duplicates",
        "outliers",
        "contrast",
        "export",
        "info",
        "evaluate",
        "check",
    ],
    "Look": ["open"],
    "Learn": ["demo", "course", "doctor"],
}


class Commands(click.Group):
    """The verbs, in sections; a SemascopeError becomes a message and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all verbs in the order of the help page."""
        return [name for names in SECTIONS.values() for name in names]

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        """Import one verb."""
        names = self.list_commands(ctx)
        if name not in names:
            ctx.fail(f"there is no command {name!r}; there are {', '.join(names)}")
        command: click.Command = import_module(f"semascope.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs by section."""
        for section, names in SECTIONS.items():
            with formatter.section(section):
                commands = [(name, self.get_command(ctx, name)) for name in names]
                formatter.write_dl([(n, c.get_short_help_str(200)) for n, c in commands])

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb, and turn what went wrong into one message."""
        try:
            return super().invoke(ctx)
        except SemascopeError as error:
            click.echo(f"semascope: {error}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("\nStopped.", err=True)
            ctx.exit(STOPPED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semascope", message="semascope %(version)s")
def main() -> None:
    """See what your text means: embed it, search it, map it, take it apart.

    \b
    Example:
        semascope demo
    """
