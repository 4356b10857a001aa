import pytest

from data_chef.build import build
from data_chef.curriculum import load_curriculum


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A small corpus of the nano curriculum, built by one process."""
    out = tmp_path_factory.mktemp("corpora") / "one"
    build(load_curriculum("nano"), out, num_examples=600, seed=3, workers=1, progress=False)
    return out
