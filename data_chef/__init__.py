"""data_chef: generators, verified items, corpora, streams, tokenizer. Stands alone."""

from data_chef.corpus import describe, load, table, tokenizer_dir
from data_chef.stream import items, packed, stream


__all__ = ["describe", "items", "load", "packed", "stream", "table", "tokenizer_dir"]
