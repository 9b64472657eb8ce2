"""semascope doctor: whether this computer is ready for the course."""

import click


@click.command("doctor")
@click.pass_context
def command(context: click.Context) -> None:
    """Look whether this computer is ready for the course; ends with a PASS code.

    \b
    Example:
        semascope doctor
    """
    from semascope.course import doctor

    failed = []
    for finding in doctor.examine():
        click.echo(f"{'ok' if finding.is_well else 'FAIL':<4}  {finding.name:<9} {finding.text}")
        if not finding.is_well:
            failed.append(finding.name)
    if failed:
        click.echo(
            f"\nNot ready: {', '.join(failed)}. Do what the FAIL lines say, and run it again."
        )
        context.exit(1)
    click.echo(f"\n{doctor.code()}")
