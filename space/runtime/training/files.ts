/** The files that a training takes: of an export's folder, or a caller's own. */

import { ModelFolder } from "../download";
import { sha256Hex } from "../canonical";
import { MissingFile } from "../download/http";
import { OdinError } from "../errors";
import type { ExternalFile, Progress, TelemetryEvent, Weights } from "../protocol";
import type { GraphFiles } from "../session";
import { Tokenizer } from "../tokenizer";
import { parseTrainingDescription, TRAINING_FILE, type TrainingDescription } from "./description";
import type { OwnTraining, TrainingSource } from "./messages";

type Bytes = Uint8Array<ArrayBuffer>;

export interface FilesListener {
  onProgress: (progress: Progress) => void;
  onEvent?: ((event: TelemetryEvent) => void) | undefined;
  /** Ends a download. */
  signal: AbortSignal;
}

/** Access to the files of a model that can be trained. */
export abstract class TrainingFiles {
  protected constructor(readonly description: TrainingDescription) {}

  /**
   * @throws OdinError `not-found`: the export has no training graph; `corrupt`, `incompatible`; as
   *   {@link ModelFolder.open}.
   */
  static async open(source: TrainingSource, listener: FilesListener): Promise<TrainingFiles> {
    if (!("url" in source)) return new OwnFiles(source);
    const { onEvent, ...rest } = listener;
    const folder = await ModelFolder.open(source.url, {
      ...rest,
      ...(source.store ? {} : { store: null }),
      onEvent: (event) => onEvent?.({ type: "storage", event }),
    });
    return new FolderFiles(folder, await describeFolder(folder));
  }

  /** Names the model among those that are stored: all its trainings, and those of this graph. */
  abstract readonly key: { model: string; run: string };
  /** The first values of the trained tensors; a copy. */
  abstract parameters(): Promise<Bytes>;
  /** The training graph. */
  abstract graph(): Promise<GraphFiles>;
  abstract tokenizer(): Promise<Tokenizer>;
}

/** @throws OdinError `not-found`, and as {@link ModelFolder.read} */
export async function describeFolder(folder: ModelFolder): Promise<TrainingDescription> {
  const missing = new OdinError(
    "not-found",
    `${folder.base} has no training graph. Write one: python -m export.training_graph --model MODEL --onnx FOLDER, ` +
      "with the folder that this address serves.",
  );
  if (folder.manifest && !folder.manifest.files[TRAINING_FILE]) throw missing;
  try {
    return parseTrainingDescription(await folder.json(TRAINING_FILE));
  } catch (error) {
    throw error instanceof MissingFile ? missing : error;
  }
}

class FolderFiles extends TrainingFiles {
  constructor(
    readonly folder: ModelFolder,
    description: TrainingDescription,
  ) {
    super(description);
    const { graph, parameters, frozen } = description;
    folder.expect([graph, parameters, ...(frozen ? [frozen] : [])]);
  }

  get key(): { model: string; run: string } {
    return keyOf(this.folder.base, this.description);
  }

  parameters(): Promise<Bytes> {
    return this.folder.read(this.description.parameters);
  }

  async graph(): Promise<GraphFiles> {
    const { graph, frozen } = this.description;
    const [weights, rest] = await Promise.all([
      this.folder.chunks(graph),
      frozen ? this.folder.chunks(frozen) : undefined,
    ]);
    return { weights, external: frozenFile(this.description, rest) };
  }

  async tokenizer(): Promise<Tokenizer> {
    const config = await this.folder.json<Record<string, unknown>>("tokenizer_config.json");
    config["chat_template"] ??= await this.folder.text("chat_template.jinja", { optional: true });
    return new Tokenizer(await this.folder.read("tokenizer.json"), config);
  }
}

class OwnFiles extends TrainingFiles {
  constructor(readonly own: OwnTraining) {
    super(parseTrainingDescription(own.description));
  }

  get key(): { model: string; run: string } {
    return keyOf(this.description.weights_sha256, this.description);
  }

  async parameters(): Promise<Bytes> {
    return this.own.parameters.slice();
  }

  async graph(): Promise<GraphFiles> {
    const { graph, frozen } = this.own;
    return { weights: [graph.slice()], external: frozenFile(this.description, frozen && [frozen.slice()]) };
  }

  async tokenizer(): Promise<Tokenizer> {
    const { tokenizer } = this.own;
    if (tokenizer) return new Tokenizer(tokenizer.bytes, tokenizer.config);
    throw new OdinError("bad-option", "This model was made without a tokenizer. Give trainStep() batches of tokens.");
  }
}

/** What stands for a model and for a run of it in the names of what is stored. */
function keyOf(model: string, { weights_sha256: weights, graph_sha256: graph }: TrainingDescription) {
  const short = (text: string) => sha256Hex(text).slice(0, 32);
  return { model: short(model), run: `${short(model)}/${short(weights + graph)}` };
}

export function frozenFile({ frozen }: TrainingDescription, weights: Weights | undefined): ExternalFile[] {
  return frozen && weights ? [{ path: nameOf(frozen), weights }] : [];
}

/** Graphs name the files beside them. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
