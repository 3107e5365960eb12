"""What a person's body is called where all cameras of a robot meet: in TF and under /humans."""

from __future__ import annotations


def body_name(namespace: str, person_id: int, *, ros4hri: bool) -> str:
    """A name that no other camera's person has.

    Args:
        namespace: of the node: person 4 of one in /robot/eye is robot_eye_4, in / just 4.
        person_id: of the person in that node's messages.
        ros4hri: the name is part of a topic's, too, and must not begin with a digit: p4.
    """
    parts = [part for part in namespace.split("/") if part]
    return "_".join([*parts, f"p{person_id}" if ros4hri else str(person_id)])
