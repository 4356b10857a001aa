"""data_chef: generators, verified items, corpora, tokenizer. Stands alone."""

from data_chef.corpus import describe, load, tokenizer_dir


__all__ = ["describe", "load", "tokenizer_dir"]
