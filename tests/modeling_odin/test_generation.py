"""Generation as users of transformers know it."""

import copy
import pickle
import threading
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoTokenizer,
    PreTrainedTokenizerFast,
    StoppingCriteria,
    StoppingCriteriaList,
    TextIteratorStreamer,
    TextStreamer,
)

from modeling_odin import OdinForCausalLM


RELEASE = Path(__file__).parents[2] / "odin-nano"


def tokens(*shape, seed=5):
    return torch.randint(3, 97, shape, generator=torch.Generator().manual_seed(seed))


def generate(model, ids, **options):
    options = {"attention_mask": torch.ones_like(ids), "do_sample": False, "max_new_tokens": 8} | options
    return model.generate(ids, **options)


@pytest.fixture
def tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = Tokenizer(models.WordLevel({f"w{i}": i for i in range(97)}, unk_token="w1"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token="w0", eos_token="w2")


def test_sampling_follows_the_seed(toy_model):
    ids = tokens(2, 6)
    runs = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        runs.append(generate(toy_model, ids, do_sample=True, temperature=0.8, top_p=0.9, min_new_tokens=8))
    assert torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2])


@torch.no_grad()
def test_sampling_draws_what_a_loop_by_hand_draws(toy_model):
    """Temperature, then the five likeliest, then one draw a step, each step from the whole text without a cache."""
    ids = tokens(2, 6)
    torch.manual_seed(3)
    got = generate(toy_model, ids, do_sample=True, temperature=0.7, top_k=5, eos_token_id=None)
    torch.manual_seed(3)
    by_hand = ids
    for _ in range(8):
        logits = toy_model(by_hand).logits[:, -1] / 0.7
        unlikely = logits < logits.topk(5).values[:, -1:]
        probabilities = logits.masked_fill(unlikely, -float("inf")).softmax(-1)
        by_hand = torch.cat([by_hand, torch.multinomial(probabilities, 1)], 1)
    assert torch.equal(got, by_hand)
    assert not torch.equal(got, generate(toy_model, ids, eos_token_id=None))


@torch.no_grad()
def test_beam_search_finds_what_a_search_by_hand_finds(toy_model):
    """Every continuation of three tokens from a narrowed vocabulary is scored without a cache; with as many beams as
    there are prefixes, beam search is exhaustive."""
    ids, allowed, steps = tokens(1, 5), [7, 20, 33, 60], 3
    forbidden = [[i] for i in range(97) if i not in allowed]
    best, best_score = None, -float("inf")
    for continuation in torch.cartesian_prod(*[torch.tensor(allowed)] * steps):
        row = torch.cat([ids, continuation[None]], 1)
        logits = toy_model(row).logits[0, 4:-1]
        narrowed = torch.full_like(logits, -float("inf"))
        narrowed[:, allowed] = logits[:, allowed]
        # transformers normalises before it forbids words.
        scores = logits.log_softmax(-1) + torch.where(narrowed.isinf(), narrowed, 0.0)
        score = sum(scores[t, token].item() for t, token in enumerate(continuation))
        if score > best_score:
            best, best_score = continuation, score
    found = generate(
        toy_model, ids, num_beams=16, max_new_tokens=steps, min_new_tokens=steps, bad_words_ids=forbidden, top_k=None
    )
    assert found[0, 5:].tolist() == best.tolist()


@torch.no_grad()
def test_scores_of_beams_are_those_of_their_own_text(toy_model):
    """The sequence alone may come out right where a beam goes on from the state of another; its score does not."""
    ids, beams = tokens(2, 6), 4
    options = {"num_return_sequences": beams, "return_dict_in_generate": True, "output_scores": True}
    found = generate(toy_model, ids, num_beams=beams, length_penalty=0.0, eos_token_id=None, **options)
    steps = found.beam_indices[:, :8]
    assert any(len(set(step)) < len(step) for step in steps[:beams].T.tolist())  # beams did change places
    log_probabilities = toy_model(found.sequences).logits[:, 5:-1].log_softmax(-1)
    of_text = log_probabilities.gather(-1, found.sequences[:, 6:, None]).sum((1, 2))
    torch.testing.assert_close(found.sequences_scores, of_text, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("beams", [1, 3])
def test_embeddings_generate_what_their_ids_do(toy_model, beams):
    ids = tokens(2, 9)
    embeds = toy_model.get_input_embeddings()(ids)
    expected = generate(toy_model, ids, num_beams=beams)
    got = toy_model.generate(
        inputs_embeds=embeds,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        num_beams=beams,
        max_new_tokens=8,
    )
    assert torch.equal(got, expected[:, 9:])


@torch.no_grad()
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_padded_batch_goes_on_from_its_cache(toy_model, side):
    lengths, more = (4, 9, 7), tokens(3, 5, seed=8)
    rows = [tokens(1, n, seed=n)[0] for n in lengths]
    ids, mask = torch.zeros(3, 9, dtype=torch.long), torch.zeros(3, 9, dtype=torch.long)
    for i, row in enumerate(rows):
        place = slice(9 - len(row), None) if side == "left" else slice(0, len(row))
        ids[i, place], mask[i, place] = row, 1
    past = toy_model(ids, attention_mask=mask, use_cache=True).past_key_values
    together = toy_model(
        more, attention_mask=torch.cat([mask, torch.ones(3, 5, dtype=torch.long)], 1), past_key_values=past
    ).logits
    for i, row in enumerate(rows):
        alone = toy_model(torch.cat([row, more[i]])[None]).logits[0, len(row) :]
        torch.testing.assert_close(together[i], alone, rtol=1e-4, atol=2e-5)


@torch.no_grad()
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("beams", [1, 3])
def test_a_second_turn_of_a_padded_batch_generates_as_each_row_alone(toy_model, side, beams):
    rows, more = [tokens(n, seed=n) for n in (4, 9)], tokens(2, 5, seed=8)
    ids, mask = torch.zeros(2, 9, dtype=torch.long), torch.ones(2, 14, dtype=torch.long)
    for i, row in enumerate(rows):
        empty = slice(0, 9 - len(row)) if side == "left" else slice(len(row), 9)
        mask[i, empty] = 0
        ids[i, mask[i, :9].bool()] = row
    options = {"num_beams": beams, "eos_token_id": None}
    # Beam search repeats the rows of its inputs, a cache that is handed in has to be repeated by the caller.
    past = toy_model(ids, attention_mask=mask[:, :9], use_cache=True).past_key_values
    past.batch_repeat_interleave(beams)
    both = torch.cat([ids, more], 1)
    together = generate(toy_model, both, attention_mask=mask, past_key_values=past, **options)
    for i, row in enumerate(rows):
        alone = generate(toy_model, torch.cat([row, more[i]])[None], **options)
        assert together[i, 14:].tolist() == alone[0, len(row) + 5 :].tolist()


@torch.no_grad()
def test_padding_in_the_middle_and_before_a_cache(toy_model):
    """A second turn that is shorter in one row: its padding stands between the first turn and the second."""
    first, second = tokens(2, 6), tokens(2, 8, seed=9)
    mask = torch.ones(2, 14, dtype=torch.long)
    mask[0, 6:9] = 0
    holes = mask.clone()
    holes[1, 10] = 0
    for attention in (mask, holes):
        past = toy_model(first, use_cache=True).past_key_values
        got = toy_model(second, attention_mask=attention, past_key_values=past).logits
        for i in range(2):
            kept = attention[i, 6:].bool()
            expected = toy_model(torch.cat([first[i], second[i][kept]])[None]).logits[0, 6:]
            torch.testing.assert_close(got[i][kept], expected, rtol=1e-4, atol=2e-5)


@torch.no_grad()
def test_generation_from_embeddings_goes_on_from_a_cache(toy_model):
    ids = tokens(2, 12)
    embeds = toy_model.get_input_embeddings()(ids)
    mask, options = torch.ones_like(ids), {"do_sample": False, "max_new_tokens": 5}
    expected = toy_model.generate(inputs_embeds=embeds, attention_mask=mask, **options)
    past = toy_model(inputs_embeds=embeds[:, :7], use_cache=True).past_key_values
    got = toy_model.generate(inputs_embeds=embeds, attention_mask=mask, past_key_values=past, **options)
    assert torch.equal(got, expected)


def test_arguments_of_generate_reach_forward(toy_model):
    passed = toy_model.prepare_inputs_for_generation(tokens(2, 4), output_hidden_states=True, logits_to_keep=1)
    assert passed["output_hidden_states"] is True and passed["logits_to_keep"] == 1


def test_dict_outputs(toy_model):
    out = generate(
        toy_model, tokens(2, 4), return_dict_in_generate=True, output_scores=True, output_hidden_states=True
    )
    assert len(out.scores) == out.sequences.shape[1] - 4
    assert len(out.hidden_states[0]) == 3 and out.hidden_states[1][0].shape == (2, 1, 32)
    # The last token generated has not been read.
    assert out.past_key_values.get_seq_length() == out.sequences.shape[1] - 1


def test_stopping_criteria(toy_model):
    class Three(StoppingCriteria):
        def __call__(self, input_ids, scores, **kwargs):
            return torch.full((len(input_ids),), input_ids.shape[1] >= 7, dtype=torch.bool)

    out = generate(toy_model, tokens(1, 4), stopping_criteria=StoppingCriteriaList([Three()]), min_new_tokens=8)
    assert out.shape == (1, 7)


def test_streamers(toy_model, tokenizer, capsys):
    ids = tokens(1, 4)
    text = tokenizer.decode(generate(toy_model, ids, min_new_tokens=8)[0, 4:])
    generate(toy_model, ids, min_new_tokens=8, streamer=TextStreamer(tokenizer, skip_prompt=True))
    assert capsys.readouterr().out.strip() == text

    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    options = {"min_new_tokens": 8, "streamer": streamer}
    thread = threading.Thread(target=generate, args=(toy_model, ids), kwargs=options)
    thread.start()
    pieces = list(streamer)
    thread.join()
    assert len(pieces) > 1 and "".join(pieces).strip() == text


def test_stop_strings():
    """With the released model, whose tokenizer knows what its tokens look like."""
    model, tokenizer = OdinForCausalLM.from_pretrained(RELEASE).eval(), AutoTokenizer.from_pretrained(RELEASE)
    question = [{"role": "user", "content": "What is 4827 + 3965?"}]
    inputs = tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    out = model.generate(**inputs, do_sample=False, max_new_tokens=200, stop_strings=["####"], tokenizer=tokenizer)
    answer = tokenizer.decode(out[0, inputs["input_ids"].shape[1] :])
    assert answer.count("####") == 1 and answer.rstrip().endswith("####")


@torch.no_grad()
def test_cache_can_be_copied_and_stored(toy_model):
    ids = tokens(2, 7)
    past = toy_model(ids, use_cache=True).past_key_values
    kept, stored = copy.deepcopy(past), pickle.dumps(past)
    expected = toy_model(ids, past_key_values=past).logits
    for again in (kept, pickle.loads(stored)):
        assert again.get_seq_length() == 7
        assert torch.equal(toy_model(ids, past_key_values=again).logits, expected)


@torch.no_grad()
def test_cache_rows_can_be_chosen_and_repeated(toy_model):
    ids, more = tokens(3, 7), tokens(3, 2, seed=6)
    expected = toy_model(torch.cat([ids, more], 1)).logits[:, 7:]

    def continued(change, rows):
        past = toy_model(ids, use_cache=True).past_key_values
        change(past)
        return toy_model(more[rows], past_key_values=past).logits

    order = torch.tensor([2, 0, 0])
    close = torch.testing.assert_close
    close(continued(lambda p: p.reorder_cache(order), order), expected[order], rtol=1e-4, atol=2e-5)
    repeated = torch.tensor([0, 0, 1, 1, 2, 2])
    close(continued(lambda p: p.batch_repeat_interleave(2), repeated), expected[repeated], rtol=1e-4, atol=2e-5)
    chosen = torch.tensor([1])
    close(continued(lambda p: p.batch_select_indices(chosen), chosen), expected[chosen], rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize(
    "options", [{"assistant_model": None}, {"prompt_lookup_num_tokens": 3}], ids=["model", "lookup"]
)
def test_generation_that_takes_tokens_back_is_refused(toy_model, options):
    if "assistant_model" in options:
        options = {"assistant_model": OdinForCausalLM(toy_model.config).eval()}
    with pytest.raises(ValueError, match="not supported with stateful models"):
        generate(toy_model, tokens(1, 6), **options)


@pytest.mark.parametrize("length", [0, -1])
def test_no_new_tokens_is_refused(toy_model, length):
    with pytest.raises(ValueError, match="max_new_tokens|max_length"):
        generate(toy_model, tokens(1, 6), max_new_tokens=length)


def test_static_cache_is_not_needed_and_says_so(toy_model):
    ids = tokens(1, 6)
    assert torch.equal(generate(toy_model, ids, cache_implementation="static"), generate(toy_model, ids))
