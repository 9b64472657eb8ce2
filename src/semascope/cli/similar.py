"""semascope similar: how near two texts are in meaning."""

import json

import click

from semascope.cli import show


@click.command("similar")
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(first: str, second: str, *, as_json: bool) -> None:
    """Print how similar two texts are in meaning, and what that means.

    \b
    Example:
        semascope similar uncle aunt
    """
    import semascope as sema
    from semascope.background import background

    if not (first.strip() and second.strip()):
        raise sema.SemascopeError("a text is empty; give two texts to compare")
    with show.news():
        a, b = sema.load(precision="f32").encode([first, second])
    similarity = sema.cosine_similarity(a, b)
    usual = background(first, second)
    percentile = usual.percentile(similarity)
    if as_json:
        fields = {"similarity": similarity, "percentile": percentile, "among": usual.kind}
        click.echo(json.dumps(fields))
    else:
        click.echo(f"{similarity:.4f}")
        meaning = (
            f"closer than {percentile:.5g}% of random pairs of English {usual.kind}, "
            f"whose mean is {usual.mean:.2f}"
        )
        click.echo(show.passage(meaning, indent=""))
