"""Pages with a part that a tool writes."""

from __future__ import annotations


def rewritten(text: str, name: str, part: str) -> str:
    """Replace the part of a text between its comments `name` and `end of name`.

    Raises:
        ValueError: a comment is missing.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, began, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (began and ended):
        raise ValueError(f"the page lacks {begin.strip()} or {end}; restore both comments")
    return before + begin + part + end + after
