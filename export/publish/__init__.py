"""Publishes a release to the Hub: model, corpus and page, checked first, then one commit and one tag each."""
