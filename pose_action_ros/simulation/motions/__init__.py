"""Motions: for each label a function that draws a style and returns channels over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.motions.arms import (
    crossing_arms,
    opening_arms,
    pointing,
    raising_hand,
)
from pose_action_ros.simulation.motions.carrying import carrying
from pose_action_ros.simulation.motions.day import (
    drinking,
    hand_at_face,
    looking_at_phone,
    phoning,
)
from pose_action_ros.simulation.motions.exercises import arm_circles, jumping_jack, lunging
from pose_action_ros.simulation.motions.falling import falling
from pose_action_ros.simulation.motions.gait import running, walking
from pose_action_ros.simulation.motions.hands import clapping, punching, pushing
from pose_action_ros.simulation.motions.legs import jumping, kicking
from pose_action_ros.simulation.motions.on_floor import ON_FLOOR
from pose_action_ros.simulation.motions.rising import picking_up, standing_up
from pose_action_ros.simulation.motions.seated import OnGround, also_seated
from pose_action_ros.simulation.motions.signals import beckoning, go_away, stop, thumbs_up
from pose_action_ros.simulation.motions.staying import bending, kneeling, lying, sitting
from pose_action_ros.simulation.motions.throwing import throwing
from pose_action_ros.simulation.motions.trunk import bowing, sitting_down, squatting
from pose_action_ros.simulation.motions.turning import turning_round
from pose_action_ros.simulation.motions.unnamed.clothes import dressing, tying_shoe
from pose_action_ros.simulation.motions.unnamed.dancing import dancing, step_dancing, swaying
from pose_action_ros.simulation.motions.unnamed.head import nodding, shaking_head, shrugging
from pose_action_ros.simulation.motions.unnamed.housework import (
    combing,
    handling,
    opening,
    playing_instrument,
    reaching_up,
    sweeping,
    washing_hands,
    wiping,
)
from pose_action_ros.simulation.motions.unnamed.signs import (
    circling_finger,
    refusing,
    rolling_hands,
    saluting,
    slow_down,
    wagging_finger,
)
from pose_action_ros.simulation.motions.unnamed.sports import (
    lifting_weights,
    playing_with_ball,
    rope_skipping,
    stretching,
)
from pose_action_ros.simulation.motions.unnamed.touching import (
    checking_watch,
    joining_hands,
    pointing_at_self,
    scratching,
    talking_with_hands,
)
from pose_action_ros.simulation.motions.waving import waving_both, waving_left, waving_right
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.standing import Motion, standing

MOTIONS: Mapping[str, Callable[[Body, np.random.Generator], Motion]] = {
    "standing": standing,
    "walking": walking,
    "running": running,
    "bowing": bowing,
    "opening_arms": opening_arms,
    "pushing": pushing,
    "squatting": squatting,
    "jumping": jumping,
    "kicking": kicking,
    "punching": punching,
    "sitting_down": sitting_down,
    "turning_round": turning_round,
    "carrying": carrying,
    "throwing": throwing,
    "jumping_jack": jumping_jack,
    "lunging": lunging,
    "arm_circles": arm_circles,
}
"""Label to motion on the spot or over the floor."""

_SEATED_GESTURES = 0.12
"""Share of the gestures made by seated people."""

_GESTURES: Mapping[str, OnGround] = {
    "waving_left": waving_left,
    "waving_right": waving_right,
    "waving_both": waving_both,
    "raising_hand": raising_hand,
    "clapping": clapping,
    "crossing_arms": crossing_arms,
    "pointing": pointing,
    "beckoning": beckoning,
    "stop": stop,
    "go_away": go_away,
    "thumbs_up": thumbs_up,
}

FURNISHED: Mapping[str, Callable[[Body, np.random.Generator], Performance]] = {
    "drinking": also_seated("drinking", drinking),
    "phoning": also_seated("phoning", phoning),
    "hand_at_face": also_seated("hand_at_face", hand_at_face),
    "looking_at_phone": also_seated("looking_at_phone", looking_at_phone),
    **{name: also_seated(name, draw, _SEATED_GESTURES) for name, draw in _GESTURES.items()},
    "standing_up": standing_up,
    "sitting": sitting,
    "picking_up": picking_up,
    "bending": bending,
    "kneeling": kneeling,
    "lying": lying,
    "falling": falling,
}
"""Label to performance with key poses or furniture."""

OTHERS: Mapping[str, Callable[[Body, np.random.Generator], Motion | Performance]] = {
    "checking_watch": checking_watch,
    "circling_finger": circling_finger,
    "joining_hands": joining_hands,
    "nodding": nodding,
    "pointing_at_self": pointing_at_self,
    "refusing": refusing,
    "rolling_hands": rolling_hands,
    "saluting": saluting,
    "scratching": scratching,
    "shaking_head": shaking_head,
    "shrugging": shrugging,
    "slow_down": slow_down,
    "talking_with_hands": talking_with_hands,
    "wagging_finger": wagging_finger,
    "stretching": stretching,
    "dressing": dressing,
    "tying_shoe": tying_shoe,
    "lifting_weights": lifting_weights,
    "playing_with_ball": playing_with_ball,
    "rope_skipping": rope_skipping,
    "dancing": dancing,
    "step_dancing": step_dancing,
    "swaying": swaying,
    "wiping": wiping,
    "sweeping": sweeping,
    "handling": handling,
    "opening": opening,
    "reaching_up": reaching_up,
    "washing_hands": washing_hands,
    "combing": combing,
    "playing_instrument": playing_instrument,
    **ON_FLOOR,
}
"""Everyday movements without a label of the model: name to motion or performance."""

_ORDER = (
    *("standing", "walking", "running", "waving_left", "waving_right", "waving_both"),
    *("raising_hand", "clapping", "bowing", "crossing_arms", "opening_arms", "pushing"),
    *("pointing", "squatting", "jumping", "kicking", "punching", "sitting_down"),
    *("beckoning", "stop", "go_away", "thumbs_up", "turning_round", "standing_up", "sitting"),
    *("picking_up", "bending", "kneeling", "lying", "falling", "drinking", "phoning"),
    *("hand_at_face", "looking_at_phone", "carrying", "throwing", "jumping_jack", "lunging"),
    "arm_circles",
)

ACTIONS: tuple[str, ...] = tuple(name for name in _ORDER if name in MOTIONS or name in FURNISHED)
"""Labels of the simulated actions, in the order of the model."""

TRAVELLING: Mapping[str, Callable[[Body, np.random.Generator, float], Motion]] = {
    "walking": walking,
    "running": running,
    "carrying": carrying,
}
"""Motions that leave the spot; their third argument is the greatest distance [m]."""

TURNING: tuple[str, ...] = ("turning_round",)
"""Motions after which a person faces another way."""

LEGS_NEEDED: frozenset[str] = frozenset(
    {
        *("walking", "running", "squatting", "jumping", "kicking", "sitting_down"),
        *("standing_up", "sitting", "kneeling", "jumping_jack", "lunging"),
    }
)
"""Actions that cannot be recognised without knees and ankles."""

HIPS_NEEDED: frozenset[str] = frozenset(
    {"bowing", "picking_up", "bending", "lying", "falling", "turning_round"}
)
"""Actions that cannot be recognised without the hips; their movement is enough."""

HANDS_NEEDED: frozenset[str] = frozenset(ACTIONS) - LEGS_NEEDED - HIPS_NEEDED - {"standing"}
"""Actions that cannot be recognised without wrists."""
