import { describe, expect, it, vi } from "vitest";
import { OdinError, type Example, type StepResult, type TrainingBatch, type TrainingState } from "../runtime/index";
import { giveLesson, type Options, type Pupil, type Stage } from "../app/teach/run";

const EXAMPLES: Example[] = [1, 2, 3].map((n) => ({ question: `Q${n}`, answer: `A${n}` }));
const LESSON = { learn: EXAMPLES, ask: [{ question: "Q9", answer: "A9" }], plan: { epochs: 2, rate: 1, seed: 7 } };
const BATCH = { examples: 3 } as TrainingBatch;

/** Answers wrongly until it has learned for two steps. */
class FakePupil {
  calls: string[] = [];
  step = 0;
  open = false;
  stored = 0;
  /** Batches that gave no step: their gradient was no number. */
  skipped = 0;
  onStep = (_: number) => {};
  onBatch = () => {};

  get training(): TrainingState | undefined {
    const record = { steps: Array(this.step + this.skipped) };
    return this.open ? ({ step: this.step, record } as unknown as TrainingState) : undefined;
  }
  async startTraining({ resume, seed, data, keep }: Record<string, unknown>): Promise<TrainingState> {
    this.calls.push(`start ${resume ? "again" : "anew"} ${seed} ${(data as { examples: number }).examples} ${keep}`);
    this.open = true;
    this.step = resume ? this.stored : 0;
    return { ...this.training!, resumed: this.step > 0 };
  }
  async *batches(_: unknown, { epochs }: { epochs: number }): AsyncGenerator<TrainingBatch> {
    for (let i = 0; i < 2 * epochs; i++) {
      this.onBatch();
      yield BATCH;
    }
  }
  async trainStep(_: TrainingBatch, { lr, signal }: { lr: number; signal: AbortSignal }): Promise<StepResult> {
    this.onStep(this.step + 1);
    if (signal.aborted) throw new OdinError("aborted", "given up");
    this.step++;
    this.calls.push(`step ${this.step} ${lr.toFixed(2)}`);
    return { step: this.step, loss: 1 } as StepResult;
  }
  async *generate(question: string): AsyncGenerator<{ text: string; tokens: number[] }> {
    this.calls.push(`ask ${question}`);
    yield { text: this.step >= 2 ? "A9" : "no", tokens: [1] };
  }
  async stopTraining(): Promise<void> {
    this.calls.push("stop");
    this.open = false;
  }
}

function lesson(pupil: FakePupil, options: Partial<Options> = {}) {
  const stages: Stage[] = [];
  const controls: AbortController[] = [];
  const seen = { before: [] as boolean[], after: [] as boolean[], steps: [] as number[] };
  const given = giveLesson(pupil as unknown as Pupil, LESSON, {
    resume: false,
    keep: true,
    enter: (stage) => {
      stages.push(stage);
      controls.push(new AbortController());
      return controls.at(-1)!.signal;
    },
    unpaused: async () => {},
    onProgress: () => {},
    onReplay: () => {},
    onStart: () => void pupil.calls.push("started"),
    onAnswers: (when, asked) => (seen[when] = asked.map(({ right }) => right)),
    onBegin: () => {},
    onStep: ({ step }) => void seen.steps.push(step),
    onLearned: () => {},
    ...options,
  });
  return { given, stages, seen, stop: () => controls.at(-1)!.abort() };
}

describe("giveLesson", () => {
  it("asks, learns, frees the training, and asks again", async () => {
    const pupil = new FakePupil();
    const { given, stages, seen } = lesson(pupil);
    await given;
    expect(stages).toEqual(["preparing", "before", "teaching", "after"]);
    expect(seen).toEqual({ before: [false], after: [true], steps: [1, 2, 3, 4] });
    const steps = ["step 1 0.20", "step 2 0.30", "step 3 0.30", "step 4 0.20"];
    expect(pupil.calls).toEqual(["start anew 7 3 true", "started", "ask Q9", ...steps, "stop", "ask Q9"]);
  });

  it("that is refused is not begun: what is stored is another's, or of another lesson", async () => {
    const pupil = new FakePupil();
    pupil.startTraining = () => Promise.reject(new OdinError("storage", "Another tab is training this model."));
    await expect(lesson(pupil).given).rejects.toMatchObject({ code: "storage" });
    expect(pupil.calls).toEqual([]);
  });

  it.each([false, true])("can be stopped while its examples are tokenised (going on: %s)", async (resume) => {
    const pupil = new FakePupil();
    pupil.stored = 2;
    const { given, stop, stages } = lesson(pupil, { resume });
    pupil.onBatch = () => stop();
    await expect(given).rejects.toMatchObject({ code: "aborted" });
    expect(stages).toEqual(["preparing"]);
    expect(pupil.calls.slice(1)).toEqual(["started", "stop"]);
  });

  it("goes on with the first batch that was not taken, without asking before", async () => {
    const pupil = new FakePupil();
    [pupil.stored, pupil.skipped] = [2, 1];
    const { given, seen } = lesson(pupil, { resume: true });
    await given;
    expect(pupil.calls).toEqual(["start again 7 3 true", "started", "step 3 0.20", "stop", "ask Q9"]);
    expect(seen.before).toEqual([]);
  });

  it("says when what was stored is gone, and leaves the model as it was", async () => {
    const pupil = new FakePupil();
    await expect(lesson(pupil, { resume: true }).given).rejects.toMatchObject({ code: "not-found" });
    expect(pupil.calls).toEqual(["start again 7 3 true", "started", "stop"]);
  });

  it("keeps what was learned until it was stopped, and asks about that", async () => {
    const pupil = new FakePupil();
    const { given, stop, seen, stages } = lesson(pupil);
    pupil.onStep = (step) => step === 3 && stop();
    await given;
    expect(seen).toEqual({ before: [false], after: [true], steps: [1, 2] });
    expect(stages.at(-1)).toBe("after");
  });

  it("ends the training of a lesson that was stopped before its first step", async () => {
    const pupil = new FakePupil();
    const { given, stop } = lesson(pupil);
    pupil.onStep = () => stop();
    await expect(given).rejects.toMatchObject({ code: "aborted" });
    expect(pupil.calls.at(-1)).toBe("stop");
  });

  it("ends the training of a lesson that was stopped while it asked", async () => {
    const pupil = new FakePupil();
    const holder: { stop?: () => void } = {};
    const { given, stop } = lesson(pupil, { onAnswers: () => holder.stop?.() });
    holder.stop = stop;
    await expect(given).rejects.toMatchObject({ code: "aborted" });
    expect(pupil.calls).toEqual(["start anew 7 3 true", "started", "ask Q9", "stop"]);
  });

  it("does nothing while it is paused, and can be stopped then", async () => {
    const pupil = new FakePupil();
    let goOn = () => {};
    const pause = vi.fn((signal: AbortSignal) =>
      pause.mock.calls.length === 2
        ? new Promise<void>((resolve) => {
            goOn = resolve;
            signal.addEventListener("abort", () => resolve());
          })
        : Promise.resolve(),
    );
    const { given, stop, seen } = lesson(pupil, { unpaused: pause });
    await vi.waitFor(() => expect(pause).toHaveBeenCalledTimes(2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen.steps).toEqual([1]);
    expect(goOn).not.toBe(undefined);
    stop();
    await given;
    expect(seen.steps).toEqual([1]);
  });

  it("ends the training when a step fails, and tells why", async () => {
    const pupil = new FakePupil();
    pupil.onStep = (step) => {
      if (step === 2) throw new OdinError("diverged", "not a number");
    };
    await expect(lesson(pupil).given).rejects.toMatchObject({ code: "diverged" });
    expect(pupil.calls.at(-1)).toBe("stop");
  });
});
