"""Answers depend on the prompt, the decoding and the seed, and on nothing else; the batch stays full."""

from collections import Counter
from dataclasses import replace

import pytest
import torch

from training.benchmark.decoding import Decoding, Writer, draw, write
from training.benchmark.models import load_answerer
from training.benchmark.torch_models import TorchRecurrent


def answers(model, prompts, writer, **settings):
    """Token lists by (item, sample)."""
    return {(row.item, row.sample): row.ids for row in write(model, prompts, writer, **settings)}


@pytest.fixture(scope="module")
def odin(odin_folder):
    return load_answerer(str(odin_folder), device="cpu")


@pytest.fixture(scope="module")
def prompts():
    generator = torch.Generator().manual_seed(1)
    lengths = [5, 1, 33, 12, 12, 2, 40, 9]
    return [torch.randint(3, 250, (length,), generator=generator).tolist() for length in lengths]


@pytest.mark.parametrize(
    "decoding",
    [Decoding(max_new_tokens=24), Decoding(max_new_tokens=24, temperature=0.7, top_p=0.9, samples=2, seed=5)],
    ids=["greedy", "drawn"],
)
def test_the_batch_does_not_matter(odin, prompts, decoding):
    # So many tokens end an answer that rows leave at different times.
    ends = [2, *range(3, 259, 9)]
    model = TorchRecurrent(odin.model)

    def run(size):
        writer = Writer(odin.tokenizer, ends, replace(decoding, batch_size=size), [""] * len(prompts))
        return answers(model, prompts, writer)

    alone = run(1)
    assert len(alone) == len(prompts) * decoding.drawn and len(set(map(len, alone.values()))) > 3
    for size in (3, 64):
        assert run(size) == alone


def test_a_prompt_does_not_depend_on_the_others(odin, prompts):
    """Nor on how it was padded, nor on which were asked."""
    writer = Writer(odin.tokenizer, [2], Decoding(max_new_tokens=20, temperature=1.0, samples=2), [""] * len(prompts))
    model = TorchRecurrent(odin.model)
    all_of_them = answers(model, prompts, writer)
    for item in (2, 5):
        assert answers(model, prompts, writer, items=[item], batch_size=1).items() <= all_of_them.items()


def test_what_is_drawn_depends_on_seed_item_and_sample(odin, prompts):
    same = [prompts[0]] * 3

    def run(**settings):
        decoding = Decoding(max_new_tokens=12, temperature=1.0, samples=2, **settings)
        return answers(TorchRecurrent(odin.model), same, Writer(odin.tokenizer, [2], decoding, [""] * 3))

    first = run()
    assert len({tuple(ids) for ids in first.values()}) == 6
    assert run() == first and not set(map(tuple, run(seed=1).values())) & set(map(tuple, first.values()))


def test_a_prompt_is_read_once_for_all_its_samples(make_script, byte_tokenizer):
    model, prompts = make_script("a", "bb", "cccc")
    writer = Writer(byte_tokenizer, [2], Decoding(samples=5, temperature=0.01, batch_size=2), ["a", "b", "c"])
    assert writer.texts(write(model, prompts, writer)) == [["a"] * 5, ["bb"] * 5, ["cccc"] * 5]
    assert sorted(prompt for batch in model.reads for prompt in batch) == prompts
    assert max(model.steps) == 2


def test_greedy_answers_are_written_once(make_script, byte_tokenizer):
    model, prompts = make_script("abc")
    writer = Writer(byte_tokenizer, [2], Decoding(samples=4), [""])
    assert writer.texts(write(model, prompts, writer)) == [["abc"] * 4]
    assert model.steps == [1, 1, 1]


def test_the_batch_is_filled_again(make_script, byte_tokenizer):
    """Short answers make room for new prompts while a long one goes on."""
    model, prompts = make_script("x" * 40, *["y"] * 36)
    writer = Writer(byte_tokenizer, [2], Decoding(batch_size=4), [""] * 37)
    texts = writer.texts(write(model, prompts, writer))
    assert texts == [["x" * 40]] + [["y"]] * 36
    # 36 short answers of one step each beside the long one, three at a time.
    assert len(model.steps) == 40 and max(model.steps) == 4 and sum(model.steps) == 76
    assert all(len(batch) <= 4 for batch in model.reads) and len(model.reads) <= 14


def test_prompts_are_read_in_bounded_batches(make_script, byte_tokenizer, monkeypatch):
    monkeypatch.setattr("training.benchmark.decoding.READ_TOKENS", 10)
    model, prompts = make_script(*"abcdefgh")
    prompts = [prompt * 4 for prompt in prompts[:-1]] + [prompts[-1] * 12]
    writer = Writer(byte_tokenizer, [2], Decoding(), [""] * 8)
    assert writer.texts(write(model, prompts, writer)) == [[letter] for letter in "abcdefgh"]
    assert [len(batch) for batch in model.reads] == [1, 2, 2, 2, 1]


def test_length_and_end(make_script, byte_tokenizer):
    model, prompts = make_script("abcdef", "ab", "")
    writer = Writer(byte_tokenizer, [2], Decoding(max_new_tokens=3), [""] * 3)
    assert writer.texts(write(model, prompts, writer)) == [["abc"], ["ab"], [""]]


def test_stop_texts(make_script, byte_tokenizer):
    """They are several tokens, characters of several bytes, and never part of the answer."""
    texts = ["one\nQuestion: two", "über €5 und mehr", "neither", "x\nQuestion:€"]
    model, prompts = make_script(*texts)
    decoding = Decoding(stop=("\nQuestion:", "€"), max_new_tokens=60)
    writer = Writer(byte_tokenizer, [2], decoding, [""] * 4)
    rows = write(model, prompts, writer)
    assert writer.texts(rows) == [["one"], ["über "], ["neither"], ["x"]]
    assert {row.item: len(row.ids) for row in rows}[0] == len("one\nQuestion:")


@pytest.mark.parametrize(
    "wrong, right",
    [
        ("So <<12*3=99>> and <<36+1=11>>\n#### 37", "So <<12*3=36>> and <<36+1=37>>\n#### 37"),
        ("12*3=99\n- 36 + 1 = 11.", "12*3=36\n- 36 + 1 = 37."),
        ("<<1/3=5>> 2*3=9", "<<1/3=5>> 2*3=9"),
        ("`2*3=9` and 7=8", "`2*3=9` and 7=8"),
    ],
)
def test_the_calculator_corrects_a_model_that_is_always_wrong(make_script, byte_tokenizer, wrong, right):
    model, prompts = make_script(wrong)
    for calculator, expected in ((False, wrong), (True, right)):
        writer = Writer(byte_tokenizer, [2], Decoding(calculator=calculator), [""])
        assert writer.texts(write(model, prompts, writer)) == [[expected]]


def test_a_result_is_not_made_longer(make_script, byte_tokenizer):
    """The model would go on with digits: not behind a result, and not behind a result and a point."""
    model, prompts = make_script("2*3=99999", "2*3=9.999", "2*3=9, 9")
    writer = Writer(byte_tokenizer, [2], Decoding(calculator=True, max_new_tokens=7), [""] * 3)
    first, second, third = (texts[0] for texts in writer.texts(write(model, prompts, writer)))
    assert first.startswith("2*3=6") and not first[5].isdigit()
    assert second.startswith("2*3=6.") and not second[6].isdigit()
    assert third == "2*3=6, "


def test_plain_equations_are_left_alone_where_calls_are_shown(make_script, byte_tokenizer):
    model, prompts = make_script("2*3=9 <<2*3=9>>")
    writer = Writer(byte_tokenizer, [2], Decoding(calculator=True), ["as in <<1+1=2>>"])
    assert writer.texts(write(model, prompts, writer)) == [["2*3=9 <<2*3=6>>"]]


def test_draws_follow_the_probabilities():
    logits = torch.log(torch.tensor([[0.5, 0.1, 0.0, 0.4]]))
    uniforms = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000
    counts = Counter(draw(logits.expand(1000, -1), uniforms.tolist(), 1.0, 1.0))
    assert counts == {0: 500, 1: 100, 3: 400}
    # At temperature 1/2 probabilities are squared: 25, 1 and 16 of 42.
    counts = Counter(draw(logits.expand(1000, -1), uniforms.tolist(), 0.5, 1.0))
    assert [round(counts[i] * 42 / 1000) for i in range(4)] == [25, 1, 0, 16]


@pytest.mark.parametrize("top_p, kept", [(0.4, {0}), (0.49, {0}), (0.6, {0, 3}), (0.95, {0, 1, 3}), (1e-9, {0})])
def test_top_p_keeps_the_likeliest(top_p, kept, monkeypatch):
    logits = torch.log(torch.tensor([[0.5, 0.1, 0.0, 0.4]])).expand(200, -1)
    uniforms = [i / 200 for i in range(200)]
    assert set(draw(logits, uniforms, 1.0, top_p)) == kept
    # The same where the first look at the likeliest does not reach p.
    monkeypatch.setattr("training.benchmark.decoding.NUCLEUS", 1)
    assert set(draw(logits, uniforms, 1.0, top_p)) == kept


def test_the_last_number_below_one_draws_a_possible_token():
    logits = torch.tensor([[0.0, 0.0, 0.0, -torch.inf, -torch.inf]])
    assert draw(logits, [1 - 2**-53], 1.0, 1.0) == [2] and draw(logits, [0.0], 1.0, 1.0) == [0]


def test_a_prompt_without_tokens_is_refused(make_script, byte_tokenizer):
    model, _ = make_script("a")
    with pytest.raises(ValueError, match="has no tokens"):
        write(model, [[10], []], Writer(byte_tokenizer, [2], Decoding(), ["", ""]))


@pytest.mark.parametrize(
    "setting",
    [
        {"max_new_tokens": 0},
        {"samples": 0},
        {"batch_size": 0},
        {"temperature": -1},
        {"temperature": float("nan")},
        {"top_p": 0},
        {"top_p": 1.5},
        {"seed": -1},
        {"stop": "text"},
        {"stop": ("",)},
    ],
    ids=str,
)
def test_impossible_settings_are_refused(setting):
    with pytest.raises(ValueError, match=next(iter(setting))):
        Decoding(**setting)
