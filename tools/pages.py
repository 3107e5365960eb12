"""Pages of which a part is written by a tool."""

from __future__ import annotations


def rewritten(text: str, name: str, part: str) -> str:
    """The text with the part between its comments `name` and `end of name` exchanged.

    Raises:
        ValueError: a comment is missing.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, began, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (began and ended):
        raise ValueError(f"the page has not both {begin.strip()} and {end}; put them back")
    return before + begin + part + end + after
