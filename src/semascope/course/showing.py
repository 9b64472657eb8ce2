"""Pictures in a notebook, with their words below for those who do not see them."""

from matplotlib.figure import Figure

from semascope.course.exercise import in_lines


def show(picture: Figure) -> None:
    """Show a picture, and print below it in words what is to be seen.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        As `semascope.plot` makes them; its label, ``get_label()``, is what is printed.
    """
    from IPython.display import display

    display(picture)  # type: ignore[no-untyped-call]
    print(in_lines(f"In words: {picture.get_label()}"))
