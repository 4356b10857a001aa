"""What a folder says about itself, in its manifest and on its card, held against what is there."""

from pathlib import Path

from huggingface_hub import RepoCard

from training.manifest import MANIFEST, check_version, file_entry, is_hidden, read_manifest

from .problems import Problems, PublishError


def version_in(found: dict, path: Path) -> str:
    """The version that a manifest or a corpus.json names. Raises PublishError when it is not semantic."""
    version = found.get("version")
    try:
        check_version(version)
    except ValueError as error:
        raise PublishError(f"'{path}': {error}") from error
    return str(version)


def check_files(folder: Path, remedy: str, problems: Problems) -> None:
    """Notes every file that the manifest lists otherwise than it is, and every file that it does not list, but for
    hidden ones.

    Args:
        remedy: what to do about it.
    """
    manifest = read_manifest(folder)
    if manifest.get("chunks_at"):
        problems.append(f"'{folder}' is in the chunk layout, and the Hub wants whole files: {remedy}")
        return
    listed = manifest.get("files", {})
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted(name for name in there - set(listed) if not is_hidden(name)):
        problems.append(f"'{folder}/{name}' is not listed in {MANIFEST}: remove it, or {remedy}")
    for name, expected in sorted(listed.items()):
        if name not in there:
            problems.append(f"'{folder}/{name}' is listed in {MANIFEST} and not there: {remedy}")
            continue
        found = file_entry(folder / name)
        # In format 0 a release listed hashes alone.
        if any(found.get(key) != value for key, value in expected.items()):
            problems.append(f"'{folder}/{name}' is not the file of {MANIFEST}, by hash or size: {remedy}")


def check_card(path: Path, keys: tuple[str, ...]) -> None:
    """Raises PublishError unless the front matter of a README.md is there, can be read and has `keys`."""
    try:
        found = RepoCard(path.read_text()).data.to_dict()
    except Exception as error:  # of YAML, of the schema, of the encoding
        raise PublishError(f"the front matter of {path.name} cannot be read: {error}") from error
    if missing := [key for key in keys if not found.get(key)]:
        raise PublishError(f"the front matter of {path.name} lacks {', '.join(missing)}")
