/** A model that was made of a caller's own bytes. */

import { sha256Hex } from "./canonical";
import { sha256Pieces } from "./download/hash";
import type { Dtype, Learned, ModelFiles, Weights } from "./protocol";
import type { OwnTraining } from "./training/messages";

/** An ONNX file as `python -m export` writes it. Of a Blob or of pieces memory holds one copy only. */
export type OwnWeights = Blob | Uint8Array | ArrayBuffer | Uint8Array[];

export interface OwnOptions {
  /** `tokenizer.json`, and what `tokenizer_config.json` holds. Without it prompts are token ids, answers no text. */
  tokenizer?: { tokenizer: Uint8Array | string; config?: Record<string, unknown> } | undefined;
  generationConfig?: Record<string, unknown> | undefined;
  /** What `python -m export.training_graph` writes, for a model that is to be trained. */
  training?: Omit<OwnTraining, "tokenizer"> | undefined;
}

const PIECE = 4 << 20;

export class OwnModel {
  private constructor(
    readonly rest: Omit<ModelFiles, "weights" | "dtype">,
    readonly training: OwnTraining | undefined,
  ) {}

  /** The model, and its files for the first start, which uses them up. */
  static async make(
    config: Record<string, unknown>,
    weights: OwnWeights,
    dtype: Dtype,
    { tokenizer, generationConfig = {}, training }: OwnOptions,
  ): Promise<{ own: OwnModel; files: ModelFiles }> {
    const text = tokenizer?.tokenizer;
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const pieces = await piecesOf(weights);
    const files: ModelFiles = {
      config,
      generationConfig,
      dtype,
      weights: pieces,
      tokenizer: bytes && { bytes, config: { ...tokenizer?.config } },
      hashes: {
        config: sha256Hex(JSON.stringify(config)),
        weights: await sha256Pieces(pieces),
        tokenizer: sha256Hex(bytes ?? ""),
      },
    };
    const { weights: _, dtype: __, ...rest } = files;
    return { own: new OwnModel(rest, training && { ...training, tokenizer: files.tokenizer }), files };
  }

  /**
   * Its files once more, now with what was learned, or with the parameters that it began with. The file that it was
   * made of is used up, so that these are of the training's `adapted` graph; hash and dtype say so, and records of
   * answers from before do not replay.
   */
  async adapted(learned: Learned | undefined): Promise<ModelFiles> {
    const { AdaptedModel } = await import("./training/adapted"); // few pages train
    const { adapted, frozen, parameters } = this.training!;
    const first = async () => ({ parameters, sha256: await sha256Pieces([parameters]), info: null });
    const model = AdaptedModel.own(this.training!, learned ?? (await first()));
    return {
      ...this.rest,
      weights: [adapted.slice()],
      ...model.rest(frozen ? [[frozen.slice()]] : []),
      dtype: model.dtype,
      hashes: { ...this.rest.hashes, weights: model.learned.sha256 },
    };
  }
}

/** Copies, since the pieces go over to another thread. */
async function piecesOf(weights: OwnWeights): Promise<Weights> {
  if (Array.isArray(weights)) return weights.map((piece) => piece.slice());
  const blob = weights instanceof Blob;
  const bytes = blob ? undefined : new Uint8Array(weights instanceof ArrayBuffer ? weights : weights.buffer);
  const offset = !blob && ArrayBuffer.isView(weights) ? weights.byteOffset : 0;
  const size = blob ? weights.size : weights.byteLength;
  const pieces: Weights = [];
  for (let begin = 0; begin < size; begin += PIECE) {
    const end = Math.min(size, begin + PIECE);
    if (blob) pieces.push(new Uint8Array(await weights.slice(begin, end).arrayBuffer()));
    else pieces.push(bytes!.slice(offset + begin, offset + end) as Uint8Array<ArrayBuffer>);
  }
  return pieces;
}
