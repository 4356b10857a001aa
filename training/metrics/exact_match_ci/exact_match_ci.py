"""Exact match with its confidence interval, as a module of the `evaluate` library."""

from statistics import NormalDist

import datasets
import evaluate

from training.benchmark.extraction import same_answer, text_answers
from training.benchmark.statistics import wilson


_DESCRIPTION = """
The share of predictions that are the same as their references, with the Wilson score interval of that share, which
keeps its coverage for small sets and for shares near 0 and 1, where mean +- 1.96 standard errors does not.
"""

_KWARGS_DESCRIPTION = """
Args:
    predictions (list of str): answers, as they were read from a model's text.
    references (list of str): the right answers.
    kind (str): "text" compares without case, spaces around, thousands commas and a closing dot; "math" compares
        numbers by value (`1,200` and `$1200.00`, `0.5` and `1/2`, `50%` and `50`), and anything else as text.
    confidence_level (float): of the interval, 0.95 by default.

Returns:
    exact_match (float): share of right predictions, in [0, 1].
    interval (list of float): low and high end of its Wilson score interval.
    right (int), total (int): the counts.

Examples:
    >>> metric = evaluate.load("training/metrics/exact_match_ci")
    >>> metric.compute(predictions=["1,200", "7"], references=["1200", "8"], kind="math")["exact_match"]
    0.5
"""

_CITATION = """
@article{wilson1927probable,
  title = {Probable Inference, the Law of Succession, and Statistical Inference},
  author = {Wilson, Edwin B.},
  journal = {Journal of the American Statistical Association},
  volume = {22}, number = {158}, pages = {209--212}, year = {1927}
}
"""


@evaluate.utils.file_utils.add_start_docstrings(_DESCRIPTION, _KWARGS_DESCRIPTION)
class ExactMatchCI(evaluate.Metric):
    """Exact match with the Wilson interval."""

    def _info(self):
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_KWARGS_DESCRIPTION,
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
            reference_urls=["https://doi.org/10.1080/01621459.1927.10502953"],
        )

    def _compute(self, predictions, references, kind="text", confidence_level=0.95):
        if kind not in ("text", "math"):
            raise ValueError(f"kind must be 'text' or 'math', not {kind!r}")
        if not 0 < confidence_level < 1:
            raise ValueError(f"confidence_level must lie between 0 and 1, not {confidence_level}")
        same = same_answer if kind == "math" else _same_text
        right = sum(same(given, expected) for given, expected in zip(predictions, references, strict=True))
        z = NormalDist().inv_cdf((1 + confidence_level) / 2)
        total = len(references)
        return {
            "exact_match": right / total if total else 0.0,
            "interval": wilson(right, total, z),
            "right": right,
            "total": total,
        }


def _same_text(given, expected):
    return text_answers(given, with_steps=False)[0] == text_answers(expected, with_steps=False)[0]
