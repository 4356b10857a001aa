"""The repository of a model: its release, for PyTorch, and its export, for ONNX Runtime, under one manifest."""

import json
import os
from pathlib import Path
from typing import Any

from data_chef.corpus import describe
from training.card import card_of
from training.checkpoint import check_config, check_weights, weights_sha256
from training.description import read_description
from training.manifest import MANIFEST, read_manifest, write_manifest
from training.release import corpus_hashes, load_alone

from ..build import is_export
from ..card import CARD, card
from ..selection import chosen, selected, training_files
from .listing import check_card, check_files, version_in
from .problems import Problems, PublishError
from .repository import Repository, contents
from .secret import VARIABLES


README = "README.md"
TOKENIZER = "tokenizer.json"
# The export's own; of what both folders have besides, the release's is published.
FROM_EXPORT = ("tokenizer_config.json", CARD)


def model_repository(
    release: Path,
    export: Path,
    name: str,
    scratch: Path,
    problems: Problems,
    dtypes: list[str] | None = None,
    dataset: str | None = None,
    space: str | None = None,
) -> Repository | None:
    """What the repository `name` shall hold; None when that cannot be said, with the reasons among `problems`.

    Args:
        scratch: an empty folder, where what is published is put together.
        dtypes: precisions of the export to publish; all by default.
        dataset, space: repositories that the card names.
    """
    known = len(problems)
    check_release(release, problems)
    if release.is_dir():
        check_export(release, export, dtypes, problems)
    if len(problems) > known:
        return None
    version = read_manifest(release)["version"]
    assemble(release, export, scratch, dtypes)
    published = list(chosen(read_manifest(export), dtypes))
    text = card_of(release, name, dataset=dataset, space=space, version=version, dtypes=published)
    (scratch / README).write_text(text)
    write_manifest(scratch, origin(release, export, dtypes))
    with problems.noting():
        check_card(scratch / README, ("license", "pipeline_tag", "library_name", "tags"))
    with problems.noting():
        load_alone(scratch, {name: value for name, value in os.environ.items() if name not in VARIABLES})
    about = f"{release.resolve().name} {version}"
    return Repository("model", name, version, f"v{version}", about, contents(scratch), (MANIFEST,), named)


def named(manifest: dict[str, Any]) -> str | None:
    """What a published manifest says that the repository holds."""
    return f"the model {manifest['model']}" if isinstance(manifest.get("model"), str) else None


def check_release(folder: Path, problems: Problems) -> None:
    """Notes what keeps the release from being published as it is."""
    remedy = "make the release again with training/release.py"
    known = len(problems)
    with problems.noting():
        check_config(folder)
        check_weights(folder)
        if not (manifest := read_manifest(folder)):
            raise PublishError(f"'{folder}' has no {MANIFEST}: {remedy}")
        if is_export(folder):
            raise PublishError(f"'{folder}' is an export: give the release with --model, the export with --export")
        version_in(manifest, folder / MANIFEST)
        if manifest.get("model") != (name := folder.resolve().name):
            raise PublishError(
                f"'{folder}/{MANIFEST}' is of the model {manifest.get('model')}, its folder is called {name}: "
                f"rename the folder, or {remedy}"
            )
        check_files(folder, remedy, problems)
    if len(problems) > known:
        return
    with problems.noting():
        if card_of(folder) != (folder / README).read_text():
            raise PublishError(
                f"'{folder}/{README}' is not the card of its evaluation.json: write it again with "
                f"`python -m training.release --card {folder}`"
            )


def check_export(release: Path, folder: Path, dtypes: list[str] | None, problems: Problems) -> None:
    """Notes what keeps the export from being published beside this release."""
    remedy = f"export again with `python -m export --model {release} --out {folder}`"
    with problems.noting():
        if not folder.is_dir():
            raise PublishError(f"there is no export at '{folder}': {remedy}, or name one with --export")
        if not is_export(folder):
            raise PublishError(f"'{folder}' is no export: {remedy}, or name one with --export")
        manifest, released = read_manifest(folder), read_manifest(release)
        check_files(folder, remedy, problems)
        if other := [file for file in manifest["dtypes"].values() if file not in manifest["files"]]:
            raise PublishError(f"'{folder}/{MANIFEST}' has dtypes that are none of its files ({other[0]}): {remedy}")
        training_files(folder, manifest)
        if unknown := [dtype for dtype in dtypes or () if dtype not in manifest["dtypes"]]:
            has = ", ".join(manifest["dtypes"])
            problems.append(f"'{folder}' has no {', '.join(unknown)}, only {has}: choose from these, or {remedy}")
        if manifest["weights_sha256"] != weights_sha256(release):
            problems.append(f"'{folder}' was not made from the weights of '{release}': {remedy}")
        for key in ("model", "version"):
            if manifest.get(key) != released.get(key):
                problems.append(f"'{folder}' has {key} {manifest.get(key)}, the release {released.get(key)}: {remedy}")
        if "runtime" not in manifest:
            problems.append(f"'{folder}/{MANIFEST}' does not say which runtime it needs: {remedy}")
        if not same_json(folder / TOKENIZER, release / TOKENIZER):
            problems.append(f"'{folder}/{TOKENIZER}' is not that of '{release}': {remedy}")
        parameters = json.loads((release / "evaluation.json").read_text())["training"]["parameters"]
        if json.loads((folder / CARD).read_text()) != card(release, parameters, released):
            problems.append(f"'{folder}/{CARD}' is not the card of the release's evaluation.json: {remedy}")


def same_json(one: Path, other: Path) -> bool:
    """Whether both say the same, though versions of a library may write it otherwise."""
    return json.loads(one.read_text()) == json.loads(other.read_text())


def was_trained_on(release: Path, corpus: Path) -> bool:
    """Whether the run's description has the content of the corpus, which alone may stand in the card as its data."""
    try:
        hashes = corpus_hashes(read_description(release / "odin.json")["dataset"])
        return describe(corpus)["content_sha256"] in ([hashes] if isinstance(hashes, str) else hashes)
    except (ValueError, OSError, KeyError, TypeError):
        return False


def curriculum_of(release: Path) -> str:
    """The curriculum that the model was trained on, by its odin.json; `standard` where that does not tell."""
    try:
        return read_description(release / "odin.json")["dataset"]["curriculum"]
    except (ValueError, OSError, KeyError, TypeError):
        return "standard"


def assemble(release: Path, export: Path, scratch: Path, dtypes: list[str] | None) -> None:
    """Links what is published as it is into `scratch`."""
    sources = {name: release for name in read_manifest(release)["files"] if name != README}
    part = selected(export, read_manifest(export), dtypes)
    made = {*part["dtypes"].values(), *training_files(export, part)}
    for name, folder in (sources | dict.fromkeys((*FROM_EXPORT, *sorted(made)), export)).items():
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch / name).symlink_to((folder / name).resolve())


def origin(release: Path, export: Path, dtypes: list[str] | None) -> dict:
    """What both manifests tell besides their files."""
    told = read_manifest(release) | selected(export, read_manifest(export), dtypes)
    return {key: value for key, value in told.items() if key not in ("format", "chunk_bytes", "files")}
