"""A grammar of clauses for word problems: a computation graph is drawn first, then told.

`clauses` says what can happen and in which words, `plans` strings clauses together and knows their graph, `story`
tells one plan, `verify` reads the events and the steps back and computes the answer again.
"""
