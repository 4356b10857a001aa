"""The package as it is published: what is in it, and that both ways of finding types work with it."""

import json
import shutil
import subprocess

import pytest


SPACE_MODULES = "space/node_modules"
USER = """
import { OdinLLM, OdinError, type Chunk, type Stats } from "odin-llm";

export async function main(): Promise<string> {
  const llm: OdinLLM = await OdinLLM.load("models/odin/", { dtype: "q8" });
  const answer: AsyncGenerator<Chunk, Stats, void> = llm.generate("2 + 2", { maxTokens: 9, seed: 42 });
  for await (const chunk of answer) console.log(chunk.text.length, chunk.tokens.length);
  // @ts-expect-error: without types this option would pass
  await OdinLLM.load("models/odin/", { dtipe: "q8" });
  return new OdinError("engine", "words").code;
}
"""


@pytest.fixture
def user(tmp_path, package):
    """A project that has installed the package, beside what the package depends on."""
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "odin-llm").symlink_to(package)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


@pytest.mark.parametrize(("module", "resolution"), [("ESNext", "Bundler"), ("NodeNext", "NodeNext")])
def test_types_for_a_user(user, request, module, resolution):
    (user / "main.ts").write_text(USER)
    compiler = request.config.rootpath / SPACE_MODULES / "typescript/bin/tsc"
    options = ["--strict", "--noEmit", "--skipLibCheck", "--types", "", "--target", "ES2022", "--lib", "ES2023,DOM"]
    command = ["node", compiler, *options, "--module", module, "--moduleResolution", resolution, "main.ts"]
    done = subprocess.run(command, cwd=user, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_only_the_build_is_published(package):
    command = [shutil.which("npm"), "pack", "--dry-run", "--json", "--ignore-scripts"]
    done = subprocess.run(command, cwd=package, capture_output=True, text=True, check=True, timeout=60)
    names = {file["path"] for file in json.loads(done.stdout)[0]["files"]}
    built = {str(file.relative_to(package)) for file in (package / "dist").rglob("*") if file.is_file()}
    assert names == built | {"package.json"}
    kinds = {"js", "ts", "mjs", "wasm", "md", "json", "onnx"}
    assert {name for name in names if name.rsplit(".", 1)[-1] not in kinds} == {"dist/LICENSE"}
    assert {"dist/index.js", "dist/worker.js", "dist/index.d.ts", "dist/THIRD-PARTY.md"} <= names
    assert {"dist/ort/ort-wasm-simd-threaded.mjs", "dist/ort/ort-wasm-simd-threaded.wasm"} <= names


def test_every_entry_exists(package):
    description = json.loads((package / "package.json").read_text())

    def paths(entry):
        return [entry] if isinstance(entry, str) else [path for value in entry.values() for path in paths(value)]

    named = [path for path in paths(description["exports"]) + paths(description.get("bin", {})) if "*" not in path]
    assert len(named) >= 4
    assert [path for path in named if not (package / path).is_file()] == []
