"""Tasks for lm-evaluation-harness, and the problems they ask; see the README beside this file."""
