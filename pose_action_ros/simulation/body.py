"""Bodies: the measures and the look of a simulated person.

Segment lengths as fractions of height: Winter, Biomechanics and Motor Control of Human Movement
(2009), fig. 4.1 after Drillis and Contini (1966).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from pose_action_ros.simulation.look import Look


@dataclass(frozen=True)
class Body:
    """One person's measures; the defaults are an average adult.

    Attributes:
        height: standing, with soles and hair [m].
        legs, arms: length against the average for the height.
        shoulders, hips: width against the average for the height.
        head: size against the average for the height.
        build: thickness of trunk and limbs against the average.
        look: clothes and colours.
    """

    height: float = 1.72
    legs: float = 1.0
    arms: float = 1.0
    shoulders: float = 1.0
    hips: float = 1.0
    head: float = 1.0
    build: float = 1.0
    look: Look = field(default_factory=Look)

    @classmethod
    def random(cls, rng: np.random.Generator) -> Body:
        """A person between 1.3 and 2.0 m; four in five are adults."""
        child = rng.random() < 0.2
        height = rng.uniform(1.3, 1.5) if child else np.clip(rng.normal(1.70, 0.1), 1.48, 2.0)
        return cls(
            height=float(height),
            legs=float(np.clip(rng.normal(0.97 if child else 1.0, 0.025), 0.93, 1.06)),
            arms=float(rng.normal(1.0, 0.03)),
            shoulders=float(np.clip(rng.normal(1.0, 0.08), 0.8, 1.2)),
            hips=float(np.clip(rng.normal(1.0, 0.08), 0.82, 1.2)),
            head=float(rng.normal(1.13 if child else 1.0, 0.03)),
            build=float(np.clip(rng.lognormal(0.0, 0.13), 0.8, 1.35)),
            look=Look.random(rng),
        )

    def scaled(self, height: float) -> Body:
        """The same proportions at another height [m]."""
        return replace(self, height=height)

    @property
    def foot_height(self) -> float:
        """Ankle over the sole [m]."""
        return 0.039 * self.height

    @property
    def shin(self) -> float:
        """Knee to ankle [m]."""
        return 0.246 * self.height * self.legs

    @property
    def thigh(self) -> float:
        """Hip to knee [m]."""
        return 0.245 * self.height * self.legs

    @property
    def leg(self) -> float:
        """Hip to ankle, straight [m]."""
        return self.thigh + self.shin

    @property
    def trunk(self) -> float:
        """Hips to shoulders [m]: what the legs and the head leave of the height."""
        return self.height - self.foot_height - self.leg - self.neck_and_head

    @property
    def neck_and_head(self) -> float:
        """Shoulders to head top [m]."""
        return 0.182 * self.height * (0.35 + 0.65 * self.head)

    @property
    def half_shoulders(self) -> float:
        """Neck to shoulder joint [m]."""
        return 0.103 * self.height * self.shoulders

    @property
    def half_hips(self) -> float:
        """Mid hip to hip joint [m]."""
        return 0.055 * self.height * self.hips

    @property
    def upper_arm(self) -> float:
        """Shoulder to elbow [m]."""
        return 0.180 * self.height * self.arms

    @property
    def forearm(self) -> float:
        """Elbow to wrist [m]."""
        return 0.146 * self.height * self.arms

    @property
    def arm(self) -> float:
        """Shoulder to wrist, straight [m]."""
        return self.upper_arm + self.forearm

    @property
    def hand(self) -> float:
        """Wrist to finger tips [m]."""
        return 0.104 * self.height * self.arms

    @property
    def foot(self) -> float:
        """Heel to toe tip [m]."""
        return 0.152 * self.height

    @property
    def head_height(self) -> float:
        """Chin to head top [m]."""
        return 0.130 * self.height * self.head
