/** The generating graph whose parameters are what was learned. */

import type { ModelFolder } from "../download";
import type { Dtype, Learned, ModelFiles, Weights } from "../protocol";
import { parseTrainingDescription, type TrainingDescription } from "./description";
import { describeFolder, frozenFile, nameOf } from "./files";
import type { OwnTraining } from "./messages";

export class AdaptedModel {
  private constructor(
    readonly description: TrainingDescription,
    readonly learned: Learned,
  ) {}

  /** @throws OdinError as `TrainingFiles.open` */
  static async open(folder: ModelFolder, learned: Learned): Promise<AdaptedModel> {
    return new AdaptedModel(await describeFolder(folder), learned);
  }

  /** Of a caller's own bytes. */
  static own({ description }: OwnTraining, learned: Learned): AdaptedModel {
    return new AdaptedModel(parseTrainingDescription(description), learned);
  }

  get dtype(): Dtype {
    return this.description.dtype;
  }

  /** The graph, and what it reads beside the parameters. */
  get paths(): string[] {
    const { adapted, frozen } = this.description;
    return frozen === null ? [adapted] : [adapted, frozen];
  }

  /** What of the model's files is not in the graph, the parameters being a copy. */
  rest([frozen]: Weights[]): Pick<ModelFiles, "external" | "adapted" | "adapter"> {
    const { parameters, info } = this.learned;
    const { parameters: path, kind } = this.description;
    const external = [{ path: nameOf(path), weights: [parameters.slice()] }, ...frozenFile(this.description, frozen)];
    return { external, adapted: kind, ...(info && { adapter: info }) };
  }
}
