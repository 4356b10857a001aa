"""The choice of the next token in the browser runtime, against transformers and against its definition in Python."""

import hashlib
import math
import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import pytest
import torch
from transformers import GenerationConfig

from tests.space.typescript import compile_script


SEED = 20
PLAIN = {"temperature": 1.0, "topK": 0, "topP": 1.0, "minP": 0.0, "repetitionPenalty": 1.0}
SCRIPT = """
import { exp } from "RUNTIME/exact";
import { nextTokenProbabilities, Sampler } from "RUNTIME/sampling";

const vectors = (rows) => rows.map((row) => Float32Array.from(row, (x) => x ?? -Infinity));
const jobs = {
  exp: ({ points }) => points.map(exp),
  probabilities({ logits, options, history }) {
    return Array.from(nextTokenProbabilities(vectors([logits])[0], options, history));
  },
  // Each token is drawn after those before it, from the logits of all steps in turn.
  draws({ logits, options, seed, steps, history }) {
    const rows = vectors(logits);
    const sampler = new Sampler(options, seed);
    const ids = [...history];
    for (let i = 0; i < steps; i++) ids.push(sampler.next(rows[i % rows.length], ids, i));
    return ids.slice(history.length);
  },
};
const answer = ({ job, ...rest }) => jobs[job](rest);
"""


@pytest.fixture(scope="module")
def runtime(tmp_path_factory) -> Callable[[list], list[Any]]:
    return compile_script(SCRIPT, tmp_path_factory.mktemp("sampling"))


def test_exp_is_less_than_one_unit_in_the_last_place_off(runtime):
    rng = random.Random(SEED)
    points = [rng.uniform(-745.2, 709.78) for _ in range(2000)]
    points += [rng.uniform(-746, -707) for _ in range(500)]  # where results are no normal numbers
    points += [rng.choice((-1, 1)) * 10 ** rng.uniform(-320, 0) for _ in range(500)]
    # Half-way between two powers of two, where the range reduction changes its mind.
    points += [math.log(2) * (k + 0.5) * (1 + d * 2**-52) for k in range(-1075, 1023, 3) for d in (-1, 0, 1)]
    points += [-0.0, 0.0, 1.0, -1.0, 709.782712893384, -745.1332191019411, -745.1332191019412, -708.3964185322641]
    (results,) = runtime([{"job": "exp", "points": points}])
    with localcontext() as context:
        context.prec = 40
        for x, result in zip(points, results, strict=True):
            exact = Decimal(x).exp()
            error = abs(Decimal(result) - exact) / Decimal(math.ulp(float(exact)))
            assert error < 1, f"exp({x!r}) is {result!r}, {error:.2f} units in the last place off"


def processors(options: dict, toy_model):
    """The processors that `generate` would apply for these options, in its order."""
    config = GenerationConfig(
        do_sample=True,
        temperature=options["temperature"],
        top_k=options["topK"],
        top_p=options["topP"],
        min_p=options["minP"],
        repetition_penalty=options["repetitionPenalty"],
    )
    return toy_model._get_logits_processor(config)


def transformers_probabilities(case: dict, dtype: torch.dtype, toy_model) -> list[float]:
    logits = [-math.inf if x is None else x for x in case["logits"]]
    scores = processors(case["options"], toy_model)(
        torch.tensor([case["history"]], dtype=torch.long), torch.tensor([logits], dtype=dtype)
    )
    return scores.softmax(-1)[0].double().tolist()


def float32(values: list[float]) -> list[float]:
    return torch.tensor(values, dtype=torch.float32).tolist()


def random_logits(rng: random.Random, kind: str, size: int) -> list[float | None]:
    width = 10 ** rng.uniform(-1, 1.3)
    if kind == "ties":
        values = [float(rng.randrange(-2, 3)) for _ in range(size)]
    elif kind == "equal":
        values = [rng.choice((0.0, -0.0))] * size
    elif kind == "extreme":
        values = [rng.choice((-1, 1)) * 10 ** rng.uniform(-45, 38.5) for _ in range(size)]
    else:
        values = [rng.gauss(0, width) for _ in range(size)]
    logits: list[float | None] = list(float32(values))
    if kind == "masked":
        for token in rng.sample(range(size), size // 2):
            logits[token] = None
    return logits


def random_case(rng: random.Random, kind: str, size: int) -> dict:
    options = {
        "temperature": rng.choice((1.0, 0.7, 0.05, 3.0, rng.uniform(0.1, 10))),
        "topK": rng.choice((0, 0, 1, 3, 50, size, size + 7)),
        "topP": rng.choice((1.0, 0.999999, 0.9, 0.5, 0.1, 1e-9, rng.random() or 1.0)),
        "minP": rng.choice((0.0, 0.0, 0.05, 0.5, 1.0)),
        "repetitionPenalty": rng.choice((1.0, 1.3, 0.7, 100.0)),
    }
    history = rng.choices(range(size), k=rng.choice((1, 5, 60)))
    return {"job": "probabilities", "logits": random_logits(rng, kind, size), "options": options, "history": history}


def penalized(logits: list[float | None], penalty: float, history: list[int]) -> list[float]:
    scores = [-math.inf if x is None else x for x in logits]
    for token in set(history):
        scores[token] = scores[token] * penalty if scores[token] < 0 else scores[token] / penalty
    return scores


def by_score(case: dict, probabilities: list[float]) -> dict[float, list[float]]:
    """The tokens' probabilities, highest first, for each score: torch keeps no order among equal scores."""
    scores = penalized(case["logits"], case["options"]["repetitionPenalty"], case["history"])
    groups = defaultdict(list)
    for score, probability in zip(scores, probabilities, strict=True):
        groups[score].append(probability)
    return {score: sorted(group, reverse=True) for score, group in groups.items()}


SIZES = [(kind, size) for kind in ("normal", "ties", "equal", "extreme", "masked") for size in (1, 2, 10, 64, 700)]


def test_the_distribution_is_that_of_transformers_in_float64(runtime, toy_model):
    rng = random.Random(SEED)
    cases = [random_case(rng, kind, size) for kind, size in SIZES for _ in range(16)]
    cases += [random_case(rng, kind, 32_768) for kind in ("normal", "ties", "masked") for _ in range(2)]
    for case, found in zip(cases, runtime(cases), strict=True):
        described = f"{case['options']}, {len(case['logits'])} tokens"
        assert math.fsum(found) == pytest.approx(1, abs=1e-12), described
        expected = by_score(case, transformers_probabilities(case, torch.float64, toy_model))
        for score, group in by_score(case, found).items():
            assert group == pytest.approx(expected[score], rel=1e-9, abs=1e-15), (described, score)


def test_the_distribution_is_that_of_transformers_in_float32(runtime, toy_model):
    rng = random.Random(SEED + 1)
    cases = [random_case(rng, kind, size) for kind in ("normal", "masked") for size in (10, 700) for _ in range(20)]
    for case, found in zip(cases, runtime(cases), strict=True):
        expected = transformers_probabilities(case, torch.float32, toy_model)
        distance = sum(abs(a - b) for a, b in zip(found, expected, strict=True)) / 2
        assert distance < 1e-5, f"{case['options']}, {len(found)} tokens"


def test_of_equal_tokens_top_p_keeps_those_of_lower_ids(runtime):
    logits = [0.0, 5.0, 0.0, 5.0, 5.0, 5.0, 0.0]
    options = [PLAIN | {"topP": p} for p in (0.2, 0.4, 0.6, 0.99)]
    found = runtime([{"job": "probabilities", "logits": logits, "options": o, "history": []} for o in options])
    assert [[token for token, p in enumerate(ps) if p] for ps in found] == [[1], [1, 3], [1, 3, 4], [1, 3, 4, 5]]


def uniform(seed: int, index: int) -> float:
    return (int.from_bytes(hashlib.sha256(f"{seed}|{index}".encode()).digest(), "big") >> 203) / 2**53


def defined_token(logits: list[float | None], options: dict, history: list[int], u: float) -> int:
    """The definition, with a full sort and Python's own exp."""
    scores = penalized(logits, options["repetitionPenalty"], history)
    order = sorted(range(len(scores)), key=lambda token: (-scores[token], token))
    if options["temperature"] == 0:
        return order[0]
    if options["topK"]:
        lowest = scores[order[: options["topK"]][-1]]
        order = [token for token in order if scores[token] >= lowest]
    weights = {token: math.exp((scores[token] - scores[order[0]]) / options["temperature"]) for token in order}
    limit = math.fsum(weights.values()) * (1 - options["topP"])
    while options["topP"] < 1 and len(order) > 1 and weights[order[-1]] <= limit:
        limit -= weights.pop(order.pop())
    weights = {token: weight for token, weight in weights.items() if weight >= options["minP"]}
    target = u * math.fsum(weights.values())
    passed = 0.0
    for token in sorted(weights):
        passed += weights[token]
        if passed > target:
            return token
    raise AssertionError("the weights add up to more than any target")


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"temperature": 0.0, "repetitionPenalty": 1.2},
        {"temperature": 0.8, "topP": 0.95},
        {"temperature": 1.5, "topK": 20, "repetitionPenalty": 1.1},
        {"temperature": 2.0, "topK": 100, "topP": 0.9, "minP": 0.02, "repetitionPenalty": 0.9},
    ],
    ids=lambda changed: ", ".join(changed) or "plain",
)
def test_draws_are_those_of_the_definition(runtime, changed):
    rng = random.Random(SEED)
    options, seed, steps = PLAIN | changed, rng.randrange(2**32), 800
    rows = [random_logits(rng, kind, 200) for kind in ("normal", "ties", "masked", "normal")]
    prompt = rng.choices(range(200), k=10)
    job = {"job": "draws", "logits": rows, "options": options, "seed": seed, "steps": steps, "history": prompt}
    (found,) = runtime([job])
    ids = list(prompt)
    for i in range(steps):
        ids.append(defined_token(rows[i % len(rows)], options, ids, uniform(seed, i)))
    assert found == ids[len(prompt) :]
    assert len(set(found)) > 2


def test_draws_follow_the_distribution(runtime, toy_model):
    rng = random.Random(SEED)
    case = {"logits": float32([rng.gauss(0, 1.5) for _ in range(60)]), "history": []}
    case["options"] = PLAIN | {"temperature": 0.9, "topP": 0.97, "minP": 0.01}
    steps = 20_000
    job = case | {"job": "draws", "logits": [case["logits"]], "seed": SEED, "steps": steps}
    (found,) = runtime([job])
    expected = [steps * p for p in transformers_probabilities(case, torch.float64, toy_model)]
    counts = [found.count(token) for token in range(60)]
    assert all(count == 0 for count, wanted in zip(counts, expected, strict=True) if wanted == 0)
    terms = [(n - wanted) ** 2 / wanted for n, wanted in zip(counts, expected, strict=True) if wanted]
    freedom = len(terms) - 1
    assert freedom > 20
    # Three standard deviations of chi-squared to either side: as even as chance has it, and not evener.
    assert abs(sum(terms) - freedom) < 3 * math.sqrt(2 * freedom)
