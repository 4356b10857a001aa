"""pass@k by the unbiased estimator, as a module of the `evaluate` library."""

import datasets
import evaluate
import numpy as np

from training.benchmark.statistics import bootstrap, pass_at_k
from training.sandbox import run_untrusted


_DESCRIPTION = """
The chance that at least one of k samples solves a problem, estimated without bias from n >= k samples of each problem:
the mean over problems of 1 - C(n - c, k) / C(n, k), where c of the n samples are right. (1 - (1 - c/n)^k is biased.)
The interval is a bootstrap over problems.
"""

_KWARGS_DESCRIPTION = """
Args:
    predictions: one of
        list of lists of bool: for each problem whether each of its samples is right;
        list of int: for each problem how many samples are right, with `references` the numbers of samples;
        list of lists of str: for each problem its programs, with `references` the tests that they must pass, each run
        after a program in ODIN's sandbox.
    references: see there; none for lists of bool.
    k (list of int): [1] by default.
    seed (int): of the bootstrap.

Returns:
    for each k `pass@k` (float) and `pass@k_interval` (list of float, 95%).

Examples:
    >>> metric = evaluate.load("training/metrics/pass_at_k")
    >>> metric.compute(predictions=[[True, False], [False, False]], k=[1, 2])["pass@2"]
    0.5
"""

_CITATION = """
@article{chen2021evaluating,
  title = {Evaluating Large Language Models Trained on Code},
  author = {Chen, Mark and others},
  journal = {arXiv preprint arXiv:2107.03374},
  year = {2021}
}
"""

_LIST = getattr(datasets, "List", None) or datasets.Sequence


@evaluate.utils.file_utils.add_start_docstrings(_DESCRIPTION, _KWARGS_DESCRIPTION)
class PassAtK(evaluate.Metric):
    """pass@k from verdicts, counts or programs."""

    def _info(self):
        text, number = datasets.Value("string"), datasets.Value("int64")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_KWARGS_DESCRIPTION,
            features=[
                datasets.Features({"predictions": _LIST(text), "references": text}),
                datasets.Features({"predictions": number, "references": number}),
            ],
            reference_urls=["https://arxiv.org/abs/2107.03374"],
        )

    def compute(self, *, predictions=None, references=None, **kwargs):
        """As in `evaluate`; verdicts, which need no references, become counts before they are stored."""
        if predictions is not None and references is None:
            references = [len(verdicts) for verdicts in predictions]
            predictions = [sum(map(bool, verdicts)) for verdicts in predictions]
        return super().compute(predictions=predictions, references=references, **kwargs)

    def _compute(self, predictions, references, k=(1,), seed=0):
        counts = _counts(predictions, references)
        result = {}
        for size in [k] if isinstance(k, int) else k:
            values = [pass_at_k(samples, right, size) for samples, right in counts]
            result[f"pass@{size}"] = float(np.mean(values)) if values else 0.0
            result[f"pass@{size}_interval"] = bootstrap(values, seed)
        return result


def _counts(predictions, references):
    """(samples, right) of each problem."""
    if all(isinstance(reference, int) for reference in references):
        return list(zip(references, predictions, strict=True))
    jobs = [(program, test) for programs, test in zip(predictions, references, strict=True) for program in programs]
    verdicts = iter(run_untrusted(jobs))
    return [(len(programs), sum(next(verdicts).passed for _ in programs)) for programs in predictions]
