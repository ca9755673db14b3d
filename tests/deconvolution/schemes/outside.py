"""What a scheme does against tubes whose truth is known: an assay that may be wrong, asked until nothing is left to ask."""

from collections.abc import Callable, Sequence

from lims.deconvolution.schemes.rules import Mix, Scheme, Step

Answer = Callable[[Mix], bool]


def followed(scheme: Scheme, members: Sequence[str], answer: Answer, most: int = 10_000) -> tuple[Step, dict[Mix, bool]]:
    """The last step, and all results."""
    results: dict[Mix, bool] = {}
    while (step := scheme.step(members, results)).tests:
        assert not set(step.tests) & results.keys(), "nothing is asked twice"
        assert len(step.tests) == len(set(step.tests))
        results |= {mix: answer(mix) for mix in step.tests}
        assert len(results) <= most, "and it comes to an end"
    return step, results


def truly(positive: Mix) -> Answer:
    """An assay that is never wrong."""
    return lambda mix: bool(mix & positive)
