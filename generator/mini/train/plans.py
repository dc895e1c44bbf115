"""What each stage of the image towers does: steps, sizes, shares and weights of the losses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from generator.mini.perceptor import IMAGE_WIDTHS


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """Steps, sizes, shares of each batch and weights of the losses of one stage of an image tower."""

    name: str
    steps: int
    learning_rate: float
    seed: int
    start: str = ""  # the stage whose tower this one goes on with
    vqgan: str = ""  # the stage whose VQGAN paints some of the views
    widths: tuple[int, int, int, int] = IMAGE_WIDTHS
    batch: int = 128
    negatives: int = 1024
    warmup: int = 100
    plain: float = 0.4  # share on plain grounds, the rest is set into painted pictures
    painterly: float = 0.4  # share that is painted over
    machine_made: float = 0.0  # share that goes through the VQGAN
    attacked: float = 0.0  # share that is changed against the tower
    epsilon: float = 1.0  # length of that change in L2, of pictures in 0..1
    # Of animals, faces, people, objects, scenery and what is none of them for certain, in a batch.
    shares: tuple[float, ...] = (1.3, 1.0, 1.0, 1.4, 0.9, 1.8)
    category: float = 0.75  # weight of the five categories against the captions
    softness: float = 0.06  # temperature of the teacher's own likeness of captions, the soft targets


CLEAN = ImagePlan("image", steps=1600, learning_rate=2e-3, seed=2)
ROBUST = ImagePlan(
    "robust", steps=2200, learning_rate=1.2e-3, seed=4, start=CLEAN.name, vqgan="vqgan", painterly=0.5,
    machine_made=0.1, attacked=0.5, epsilon=1.5,
    shares=(1.6, 1.0, 1.0, 1.4, 0.9, 1.8),  # animals are the hardest to tell, so they come more often in the end
)  # fmt: skip
SETTLED = replace(
    ROBUST,
    name="settled",
    steps=900,
    learning_rate=6e-4,
    seed=6,
    start=ROBUST.name,
    shares=(1.6, 1.0, 1.0, 1.4, 0.9, 1.2),
)
"""What ships: after the attacks are learned, captions once more at a smaller rate, and fewer of no category."""
JUDGE = ImagePlan(
    "judge", steps=1300, learning_rate=2e-3, seed=11, widths=(40, 104, 176, 224), attacked=0.25, painterly=0.3
)
SETTLED_JUDGE = replace(JUDGE, name="settled_judge", steps=800, learning_rate=1e-3, seed=12, start=JUDGE.name)
"""The judge is a second model that never guides: other widths, batches and texts (the teacher's own)."""
