"""One file a task: difficulty knobs, generator, independent verifier, registration."""
