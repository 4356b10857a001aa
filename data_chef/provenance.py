"""Which code made something: the commit of the repository that a folder of code lies in."""

import subprocess
from pathlib import Path


def commit_of(folder: Path) -> str | None:
    """The commit that holds the code in `folder` as it is; None where there is none: no repository, or changed files.

    A package that is installed inside somebody else's repository has no commit there either.
    """

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True)
        except OSError:
            return None
        return None if done.returncode else done.stdout.strip()

    if not git("ls-files", "--", "."):
        return None
    # Without --verify, a repository that has no commit yet answers with the word HEAD.
    return git("rev-parse", "--verify", "HEAD") if git("status", "--porcelain", "--", ".") == "" else None
