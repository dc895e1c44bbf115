"""What each stage of the image towers does: steps, sizes, shares and weights of the losses."""

from __future__ import annotations

from dataclasses import dataclass

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
    shares: tuple[float, ...] = (1.1, 1.1, 1.0, 1.5, 0.9)  # of animals, faces, people, objects, scenery in a batch
    category: float = 0.75  # weight of the five categories against the captions
    softness: float = 0.06  # temperature of the teacher's own likeness of captions, the soft targets


CLEAN = ImagePlan("image", steps=1600, learning_rate=2e-3, seed=2)
ROBUST = ImagePlan(
    "robust", steps=2200, learning_rate=1.2e-3, seed=4, start=CLEAN.name, vqgan="vqgan", painterly=0.5,
    machine_made=0.1, attacked=0.5, epsilon=1.5,
    shares=(1.6, 1.0, 1.0, 1.4, 0.8),  # animals are the hardest to tell, so they come more often in the end
)  # fmt: skip
JUDGE = ImagePlan(
    "judge", steps=1300, learning_rate=2e-3, seed=11, widths=(40, 104, 176, 224), attacked=0.25, painterly=0.3
)
"""The judge is a second model that never guides: other widths, batches and texts (the teacher's own)."""
