"""lm-evaluation-harness on odin-nano: its tasks load, and what it finds is what we find."""

import json
from pathlib import Path

import pytest
import torch
import yaml

from data_chef.text import extract_answer, normalize_answer
from training.checkpoint import load_model, load_tokenizer
from training.evaluate import evaluate
from training.harness.dataset import FIELDS, own_problems, read
from training.harness.filters import last_option, pass_at_1, verdicts
from training.harness.inprocess import TASKS as FOLDER
from training.harness.inprocess import samples


ROOT = Path(__file__).parents[2]
NANO = ROOT / "odin-nano"

pytest.importorskip("lm_eval", reason="lm_eval is not installed: pip install 'odin-lm[harness]'")


TASKS = ("odin_math", "odin_choice_likelihood", "odin_perplexity")


@pytest.fixture(scope="module")
def nano():
    model = load_model(NANO)
    return model, load_tokenizer(NANO, model.config.vocab_size)


@pytest.fixture(scope="module")
def harness():
    """`samples` without the harness's look around the machine, which takes longer than all the rest."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for so small a model on a busy machine, a second one only waits for the first
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lm_eval.evaluator.add_env_info", lambda results: None)
        yield samples
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def theirs(harness):
    """What the harness finds on a few problems of three tasks, in batches that mix lengths and end in a small one."""
    return harness(NANO, TASKS, batch_size=9, items=6)


def test_marks_agree_problem_by_problem(nano, theirs):
    problems = list(own_problems("math", 6))
    rows = [row for row in theirs["odin_math"] if row["filter"] == "strict-match"]
    assert [row["doc"]["question"] for row in rows] == [problem["question"] for problem in problems]
    _, texts, marks = evaluate(*nano, problems, max_new_tokens=256)
    assert [row["resps"][0][0] for row in rows] == texts
    assert [bool(row["exact_match"]) for row in rows] == marks
    assert len(marks) == 24 and 12 < sum(marks)


def test_strict_match_is_our_extraction_and_comparison():
    """The regular expressions of the task against our functions, on answers that are easily read in two ways."""
    from lm_eval.api.metrics import exact_match_hf_evaluate
    from lm_eval.filters.extraction import RegexFilter

    config = yaml.safe_load((FOLDER / "odin_math.yaml").read_text().replace("!function", ""))
    strict = config["filter_list"][0]
    assert strict["name"] == "strict-match"
    extract = RegexFilter(regex_pattern=strict["filter"][0]["regex_pattern"])
    options = {key: config["metric_list"][0][key] for key in ("ignore_case", "regexes_to_ignore")}
    texts = [
        *("6*200=1200\n#### 1,200", "#### 12\nno\n#### 1200", "#### 1200\n#### 12", "1200", "####1200", "##### 1200"),
        *("#### 1200.", "#### 1200 .\n", "####\n1200", "####   \n\n 1200\nmore", "#### 1200 apples", "#### 12,00"),
        *("#### yes", "#### YES.", "#### x = 3 ,  y = 4", "#### x = 3 , y = 4", "#### 0.5", "#### .5", "#### 1.200"),
        *("####", "#### ####", "", "#### 1,200,000", "#### 1200000", "#### 3/4", "#### -7", "#### - 7", "#### a...."),
        "a #### b #### 1200 # c",
    ]
    answers = ["1200", "12", "Yes", "x = 3 , y = 4", "0.5", "1,200,000", "3/4", "-7", "a"]
    read_by_them = [row[0] for row in extract.apply([[text] for text in texts], [{}] * len(texts))]
    agreed = 0
    for answer in answers:
        for text, found in zip(texts, read_by_them, strict=True):
            theirs = exact_match_hf_evaluate(predictions=[found], references=[answer], **options)["exact_match"] == 1
            assert theirs == (extract_answer(text) == normalize_answer(answer)), (text, answer, found)
            agreed += theirs
    assert agreed > 15


def test_likelihoods_are_those_of_the_model(nano, theirs):
    """Of options behind a prompt and of whole texts, in batches with padding."""
    model, tokenizer = nano

    def log_likelihood(context: str, continuation: str) -> float:
        first, second = (tokenizer(text)["input_ids"] for text in (context, continuation))
        ids = torch.tensor([first + second])
        with torch.inference_mode():
            scores = model(ids).logits[0, :-1].log_softmax(-1)
        return scores.gather(1, ids[0, 1:, None])[len(first) - 1 :].sum().item()

    for row in theirs["odin_choice_likelihood"][::3]:
        prompt = f"<|im_start|>user\n{row['doc']['question']}<|im_end|>\n<|im_start|>assistant\n####"
        found = [float(result[0][0]) for result in row["resps"]]
        assert found == pytest.approx([log_likelihood(prompt, f" {c}") for c in row["doc"]["choices"]], abs=2e-3)
        best = row["doc"]["choices"][max(range(len(found)), key=found.__getitem__)]
        assert row["acc"] == (best == row["doc"]["answer"])
    for row in theirs["odin_perplexity"][::5]:
        assert float(row["resps"][0][0]) == pytest.approx(log_likelihood("<|im_end|>", row["doc"]["text"]), rel=1e-4)


def test_problems_of_a_file(tmp_path, harness):
    path = tmp_path / "mine.jsonl"
    path.write_text(
        '{"question": "12+30=?", "answer": 42}\n\n{"id": "x", "question": "1+1=?", "answer": "2", "n": [1]}\n'
    )
    assert read(path, FIELDS["math"]) == [
        {"id": "mine/1", "question": "12+30=?", "answer": "42"},
        {"id": "x", "question": "1+1=?", "answer": "2", "n": [1]},
    ]
    rows = harness(NANO, ["odin_math"], data=str(path))["odin_math"]
    assert {row["doc"]["id"]: row["exact_match"] for row in rows if row["filter"] == "strict-match"} == {
        "mine/1": 1,
        "x": 1,
    }
    for line, words in (('{"question": "1+1=?"}', "line 1: no answer"), ("oh", "not JSON"), ("", "no problems")):
        path.write_text(line)
        with pytest.raises(ValueError, match=words):
            read(path, FIELDS["math"])
    with pytest.raises(FileNotFoundError, match="--metadata data="):
        read(tmp_path / "nothing.jsonl", FIELDS["math"])


def test_the_option_named_last():
    problem = {"choices": ["Yes", "No", "Not known"]}
    texts = ["No, or rather yes.", "It is not known", "Nothing of the yesterday", "#### No"]
    assert last_option([texts], [problem]) == [["yes", "not known", "[invalid]", "No"]]


def test_programs_are_run_by_the_sandbox():
    """Verdicts come back to the answer they belong to."""
    pytest.importorskip("training.benchmark.scoring")
    right, wrong = "```python\ndef f(x):\n    return 2 * x\n```", "```python\ndef f(x):\n    return x\n```"
    problem = {"prompt": "Double a number with f.", "entry_point": "f", "test": "assert f(2) == 4"}
    found = verdicts([[wrong, right], [right]], [problem, {**problem, "test": "assert f(0) == 1"}])
    assert found == [["failed", "passed"], ["failed"]]
    assert pass_at_1({}, [found[0]]) == {"pass@1": 0.5}


@pytest.mark.parametrize("kind", FIELDS)
def test_drawn_problems_fit_their_kind(kind):
    problems = list(own_problems(kind, 3))
    assert problems and all(problem[field] for problem in problems for field in FIELDS[kind])
    assert all(p["answer"] in p["choices"] for p in problems if "choices" in p)
    assert json.dumps(problems) == json.dumps(list(own_problems(kind, 3)))
