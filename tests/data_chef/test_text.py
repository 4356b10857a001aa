import pytest

from data_chef.text import chat, extract_answer, normalize_answer, response


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1+1=2\n#### 2", "2"),
        ("#### 5\nno, #### 1,234.", "1234"),
        ("####   -7 \nmore", "-7"),
        ("#### Yes.", "yes"),
        ("#### 3,  4", "3, 4"),
        ("#### ", ""),
        ("no mark 5", None),
    ],
)
def test_extract_answer(text, answer):
    assert extract_answer(text) == answer


def test_lists_keep_their_commas():
    assert normalize_answer("50, 4993, 6749") == "50, 4993, 6749"
    assert normalize_answer("12,345,678") == "12345678"


def test_response_and_chat():
    maths = {"solution": "1+1=2", "answer": "2", "entry_point": ""}
    assert chat("q", response(maths)) == chat("q") + "1+1=2\n#### 2<|im_end|>\n"
    code = {"solution": "```python\nx\n```", "answer": "x", "entry_point": "f"}
    assert response(code) == code["solution"]
