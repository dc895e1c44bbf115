"""What can go wrong in the generator; a refused picture is not an error but a `Verdict`.

GeneratorError            code                 permanent
├── BadRecipe             bad_recipe           yes   a recipe that cannot be dreamed
├── BadState              bad_state            yes   a saved state that does not fit its run
├── BadPicture            bad_picture          yes   bytes handed over as a work that are none
├── BadLimits             bad_limits           yes   limits of intake that no picture could be judged by
├── NoDecoder             no_decoder           no    the process that decodes pictures cannot be started
├── UnknownPreset         unknown_preset       yes   a preset name that does not exist
├── ModelsMissing         models_missing       yes   the models of a preset are not there
├── ExtraMissing          extra_missing        yes   an optional package that was asked for is not installed
├── BadCheckpoint         bad_checkpoint       yes   a file of weights that is damaged, hostile or of another model
├── UnknownDigest         unknown_digest       yes   weights whose digest nobody vouches for
├── WeightsChanged        weights_changed      yes   the loaded weights are not the recipe's
├── NonFiniteLoss         non_finite_loss      yes   a step whose loss is NaN or infinite
├── OutOfMemory           out_of_memory        yes   a dream that fits this device by no rung of the ladder
├── WorkerLost            worker_lost          no    a worker process that died or hung again and again
└── NothingToPick         nothing_to_pick      yes   no iterate has the scores that a choice needs

`Stopped` stands beside the tree: no error, but the end of a run that was asked to end.
"""

from __future__ import annotations

from typing import ClassVar


class GeneratorError(Exception):
    """Base of all errors of this package, with a stable code and the evidence that explains it."""

    code: ClassVar[str] = "generator"
    permanent: ClassVar[bool] = True

    def __init__(self, message: str, **evidence: object) -> None:
        super().__init__(message)
        self.evidence: dict[str, object] = evidence


class BadRecipe(GeneratorError):
    """A recipe breaks a rule: the message names the field, its value and the rule."""

    code = "bad_recipe"


class BadState(GeneratorError):
    """A saved state is damaged or belongs to another recipe, seed or size: start the run anew."""

    code = "bad_state"


class BadPicture(GeneratorError):
    """A picture that should be a work (a square RGB PNG made by intake) is not one."""

    code = "bad_picture"


class BadLimits(GeneratorError):
    """A limit of intake breaks a rule: the message names the field, its value and the rule."""

    code = "bad_limits"


class NoDecoder(GeneratorError):
    """No process could be started to decode pictures in: nothing is known of the picture, so it may be tried again."""

    code = "no_decoder"
    permanent = False


class UnknownPreset(GeneratorError):
    """No preset has this name; the message lists those that exist."""

    code = "unknown_preset"


class ModelsMissing(GeneratorError):
    """The preset is known but its models cannot be loaded here."""

    code = "models_missing"


class ExtraMissing(GeneratorError):
    """An optional package is switched on but cannot be loaded; the message says how to install it."""

    code = "extra_missing"
    held = True  # the work waits for the one who installs it; nothing is wrong with the work


class BadCheckpoint(GeneratorError):
    """A file of weights is truncated, hostile or of another architecture; the message names the key or the digest."""

    code = "bad_checkpoint"


class UnknownDigest(GeneratorError):
    """Weights whose digest is not in the manifest were offered without the flag that accepts them."""

    code = "unknown_digest"


class WeightsChanged(GeneratorError):
    """The weights that are loaded differ from those that the recipe names."""

    code = "weights_changed"


class NonFiniteLoss(GeneratorError):
    """The loss of a step became NaN or infinite: the run ends there, the worker lives on."""

    code = "non_finite_loss"


class OutOfMemory(GeneratorError):
    """Every rung of the memory ladder was tried and the dream still does not fit: make it smaller."""

    code = "out_of_memory"


class WorkerLost(GeneratorError):
    """The process that dreams died or hung more often than one run may cost; the run can be tried again."""

    code = "worker_lost"
    permanent = False


class NothingToPick(GeneratorError):
    """No iterate has the scores that a choice needs."""

    code = "nothing_to_pick"


class Stopped(BaseException):
    """A run ended behind its last step, since the program is asked to end; like KeyboardInterrupt, no error."""
