import { describe, expect, test } from "vitest";
import { canonicalJson, OdinError, sha256Hex } from "../runtime/index";
import { BadResult, checkResult, checkSummary } from "../app/benchmark/check";
import { agreement, checkLeaderboard, fastestFirst, firstTokenMs, hindrance } from "../app/benchmark/compare";
import { rate, unsteady, withoutRuns } from "../app/benchmark/compare";
import { others, titleOf } from "../app/benchmark/entries";
import { placeOf } from "../app/benchmark/place";
import { ANSWER, CHOICES, numberedTokens, plannedRuns, PROMPTS, SUITE, WARM_UP } from "../app/benchmark/prompts";
import { cleanName, idOf, isGood, makeResult, median, mediansOf, type Result } from "../app/benchmark/result";
import { measure, type Load, type Step } from "../app/benchmark/run";
import { FakeModel, goodRun, infoOf, resultOf, statsOf } from "./benchmark.fakes";

describe("the suite", () => {
  test("is what its version says: a change needs a new number, and this hash", () => {
    const suite = { SUITE, ANSWER, WARM_UP, prompts: PROMPTS.map(({ name, prompt }) => ({ name, prompt })) };
    expect(SUITE).toBe(1);
    expect(sha256Hex(canonicalJson(suite))).toBe("ac7a000112cc0a97a82b1bad22daf09f18f2a148d829cc6d0c381b748a2f081a");
  });

  test("numbers tokens that every tokenizer of the project has, and that are no special ones", () => {
    const tokens = numberedTokens(1024);
    expect(tokens).toHaveLength(1024);
    expect(Math.min(...tokens)).toBeGreaterThanOrEqual(16);
    expect(Math.max(...tokens)).toBeLessThan(256);
    expect(new Set(tokens).size).toBeGreaterThan(200);
    expect(tokens.slice(0, 256)).toEqual(numberedTokens(256));
    // 48271^2 mod (2^31 - 1) = 182605794: the generator's second draw, by another way of computing.
    expect(tokens[1]).toBe(16 + Number((48271n * 48271n) % (2n ** 31n - 1n)) % 240);
  });

  test("runs all prompts once before any again", () => {
    const full = plannedRuns("full");
    expect(full).toHaveLength(15);
    expect(full.slice(0, 6).map(({ prompt, repeat }) => `${prompt} ${repeat}`)).toEqual([
      "question 1",
      "problem 1",
      "code 1",
      "tokens-256 1",
      "tokens-1024 1",
      "question 2",
    ]);
    expect(plannedRuns("quick")).toEqual(CHOICES.quick.prompts.map((prompt) => ({ prompt, repeat: 1 })));
  });
});

describe("medians", () => {
  test("take the middle, of an even number the mean", () => {
    expect(median([5, 1, 100])).toBe(5);
    expect(median([4, 1, 100, 7])).toBe(6);
    expect(median([9])).toBe(9);
  });

  test("leave out what failed and answers of a single token", () => {
    const error = { code: "engine", message: "it crashed" };
    const runs = [
      goodRun({ loadMicros: 10, firstTokenMicros: 7, tokens: 1, decodeMicros: 0 }),
      goodRun({ repeat: 2, loadMicros: 30, firstTokenMicros: 9, tokens: 11, decodeMicros: 1000, memoryBytes: null }),
      { prompt: "code" as const, repeat: 1, error },
    ];
    const medians = mediansOf(runs);
    expect(medians).toMatchObject({ loadMicros: 20, tokenMicros: 100, memoryBytes: 20_000_000 });
    expect(medians.prompts).toEqual([
      { prompt: "question", runs: 2, firstTokenMicros: 8, tokenMicros: 100, tokensSha256: "1".repeat(64) },
    ]);
    expect(mediansOf([goodRun({ tokens: 1 })]).tokenMicros).toBeNull();
    expect(() => mediansOf([{ prompt: "code", repeat: 1, error }])).toThrow(RangeError);
  });

  test("say when repeats gave different tokens", () => {
    const runs = [goodRun(), goodRun({ repeat: 2, tokensSha256: "3".repeat(64) })];
    expect(mediansOf(runs).prompts[0]!.tokensSha256).toBeNull();
  });
});

describe("the queue", () => {
  const run = async (load: Load, options: { signal?: AbortSignal; onStep?: (step: Step) => void } = {}) =>
    measure("quick", { load, signal: new AbortController().signal, onStep: () => {}, ...options });

  function factory(answer: FakeModel["answer"], info: (nth: number) => ReturnType<typeof infoOf> = () => infoOf()) {
    const made: FakeModel[] = [];
    const load: Load = async (options) => {
      const model = new FakeModel(info(made.length), options, answer);
      made.push(model);
      return model;
    };
    return { made, load };
  }

  test("gives each run a model of its own, warms it up, and frees it", async () => {
    const { made, load } = factory((call, model) => {
      model.tell({ type: "memory", bytes: 1000 * call, source: "webassembly" });
      if (call === 1) return statsOf([1], { prefillMs: 99 });
      return statsOf([5, 6, 7, 8, 9], { prefillMs: 12.3456, decodeMs: 8 });
    });
    const steps: Step[] = [];
    const { runs, info } = await run(load, { onStep: (step) => steps.push(step) });
    expect(made.map(({ calls, disposed }) => [calls.length, disposed > 0])).toEqual([[0, true], [2, true], [2, true]]);
    expect(made[1]!.calls.map(({ options }) => options)).toEqual([WARM_UP, ANSWER]);
    expect(made[2]!.calls.map(({ prompt }) => prompt)).toEqual(Array(2).fill({ tokens: numberedTokens(256) }));
    expect(info).toEqual(infoOf());
    expect(runs[0]).toEqual({
      prompt: "question",
      repeat: 1,
      loadMicros: 120_500,
      networkBytes: 3000,
      coldFirstTokenMicros: 99_000,
      firstTokenMicros: 12_346,
      decodeMicros: 8000,
      promptTokens: 3,
      tokens: 5,
      finish: "length",
      memoryBytes: 2000,
      tokensSha256: sha256Hex("[5,6,7,8,9]"),
      record: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const running = steps.filter(({ stage }) => stage === "running");
    expect(running).toEqual([
      { stage: "running", prompt: "question", index: 1, of: 2 },
      { stage: "running", prompt: "tokens-256", index: 2, of: 2 },
    ]);
    expect(steps[0]).toEqual({ stage: "fetching", loaded: 0, total: 0 });
  });

  test("goes on after a worker that dies in the middle of an answer", async () => {
    let models = 0;
    const { made, load } = factory((call, model) => {
      if (call === 1) models += 1;
      if (models === 1 && call === 2) throw new OdinError("engine", "The model's worker failed: out of memory.");
      return statsOf(model.calls.length === 1 ? [1] : [1, 2, 3]);
    });
    const { runs } = await run(load);
    expect(runs[0]).toEqual({
      prompt: "question",
      repeat: 1,
      error: { code: "engine", message: "The model's worker failed: out of memory." },
    });
    expect(isGood(runs[1]!)).toBe(true);
    expect(made.every(({ disposed }) => disposed > 0)).toBe(true);
  });

  test("goes on after a start that fails, whatever is thrown", async () => {
    let loads = 0;
    const { load } = factory(() => statsOf([1, 2]));
    const failing: Load = async (options) => {
      loads += 1;
      if (loads === 1) throw new OdinError("network", "away");
      if (loads === 2) throw "x\ud800".repeat(3000);
      return load(options);
    };
    const { runs } = await run(failing);
    expect(runs.map(isGood)).toEqual([false, true]);
    const result = resultFrom(runs);
    expect(checkResult(JSON.stringify(result))).toEqual(result);
  });

  test("keeps no info when every run fails", async () => {
    const { runs, info } = await run(() => Promise.reject(new OdinError("not-found", "No such model.")));
    expect(runs).toHaveLength(2);
    expect(info).toBeUndefined();
  });

  test("does not mix devices", async () => {
    const { load } = factory(
      () => statsOf([1, 2]),
      (nth) => infoOf(nth === 2 ? { device: "webgpu", dtype: "fp16" } : {}),
    );
    const { runs } = await run(load);
    expect(runs.map(isGood)).toEqual([true, false]);
    expect(runs[1]).toMatchObject({ error: { message: expect.stringContaining("fp16, WebGPU") } });
  });

  test("ends where it is told to, and keeps what was measured", async () => {
    const stop = new AbortController();
    let waiting: FakeModel | undefined;
    const { made, load } = factory((call, model) => {
      if (made.length < 3 || call === 1) return statsOf([1, 2]);
      waiting = model;
      // As a worker that is busy for ever: only its end ends the answer.
      return new Promise((_, reject) => {
        model.dispose = () => reject(new OdinError("engine", "The model has been unloaded."));
        queueMicrotask(() => stop.abort());
      });
    });
    const { runs, info } = await run(load, { signal: stop.signal });
    expect(waiting).toBe(made[2]);
    expect(runs.map(({ prompt }) => prompt)).toEqual(["question"]);
    expect(makeResult(runs, { ...circumstances, info: info! }).complete).toBe(false);
  });

  const circumstances = {
    choice: "quick" as const,
    name: "",
    time: "2025-01-31T12:00:00.000Z",
    runtime: "0.2.0",
    hidden: false,
    place: resultOf().place,
  };
  const resultFrom = (runs: Result["runs"]) => makeResult(runs, { ...circumstances, info: infoOf() });
});

describe("a result", () => {
  test("is what its JSON says, and its id depends on all but the name", () => {
    const result = resultOf();
    expect(checkResult(JSON.stringify(result))).toEqual(result);
    const { id, name, ...measured } = result;
    expect(id).toBe(sha256Hex(canonicalJson(measured)));
    expect(idOf({ ...result, name: "another" })).toBe(id);
    expect(idOf({ ...result, hidden: true })).not.toBe(id);
  });

  /** A copy with the field at `path` changed, and the id made anew, so that the field itself is what is wrong. */
  function changed(path: string, value: unknown): Result {
    const copy = structuredClone(resultOf()) as Result;
    const keys = path.split(".");
    const last = keys.pop()!;
    type Members = Record<string, unknown>;
    const holder = keys.reduce((at, key) => at[key] as Members, copy as unknown as Members);
    if (value === undefined) delete holder[last];
    else holder[last] = value;
    if (path !== "id" && canonical(copy)) copy.id = idOf(copy);
    return copy;
  }
  const canonical = (value: unknown) => {
    try {
      return canonicalJson(value);
    } catch {
      return undefined;
    }
  };

  test.each<[string, unknown, RegExp]>([
    ["format", 2, /^format must be 1/],
    ["suite", 2, /^suite must be 1: numbers of other prompts/],
    ["choice", "most", /^choice must be one of full, quick, not "most"/],
    ["id", "0".repeat(64), /^id must be [0-9a-f]{64}, which follows/],
    ["id", 5, /^id must be a SHA-256/],
    ["name", "two\nlines", /^name must be a text of 80/],
    ["name", "x".repeat(81), /^name must be a text of 80/],
    ["time", "yesterday", /^time must be a time in UTC/],
    ["time", "2025-01-31", /^time must be a time in UTC/],
    ["runtime", "", /^runtime must be a text/],
    ["model.name", 7, /^model\.name must be a text/],
    ["model.hashes.weights", "A".repeat(64), /^model\.hashes\.weights must be a SHA-256/],
    ["model.hashes", undefined, /^model lacks the field hashes/],
    ["device", "cuda", /^device must be one of/],
    ["dtype", "int3", /^dtype must be one of/],
    ["threads", 0, /^threads must be a whole number from 1/],
    ["place.cores", 1.5, /^place\.cores must be a whole number/],
    ["place.browser.version", null, /^place\.browser\.version must be a text/],
    ["place.address", "here", /^place has a field "address", which is unknown/],
    ["complete", false, /^complete must be true: there are 15 of 15 runs/],
    ["hidden", "no", /^hidden must be true or false/],
    ["medians.loadMicros", 1, /^medians must be those of the runs/],
    ["medians.prompts.0.tokenMicros", -1, /^medians\.prompts\[0\]\.tokenMicros/],
    ["runs", [], /^runs must have one at least/],
    ["runs.3.loadMicros", "100", /^runs\[3\]\.loadMicros must be a whole number from 0 upwards, not "100"/],
    ["runs.3.loadMicros", -1, /^runs\[3\]\.loadMicros/],
    ["runs.4.prompt", "question", /^runs\[4\] must be repeat 1 of the prompt tokens-1024/],
    ["runs.5.repeat", 1, /^runs\[5\] must be repeat 2 of the prompt question/],
    ["runs.6.finish", "crash", /^runs\[6\]\.finish/],
    ["runs.6.tokensSha256", "", /^runs\[6\]\.tokensSha256/],
    ["runs.7.memoryBytes", undefined, /^runs\[7\] lacks the field memoryBytes/],
    ["runs.8.extra", 1, /^runs\[8\] has a field "extra"/],
    ["runs.9", { prompt: "tokens-1024", repeat: 2, error: { code: "x" } }, /^runs\[9\]\.error lacks the field/],
    ["runs.10.tokensSha256", "7".repeat(64), /^medians must be those of the runs/],
    ["surprise", 1, /^the result has a field "surprise"/],
  ])("with %s as %j is refused by that name", (path, value, words) => {
    expect(() => checkResult(changed(path, value))).toThrow(words);
    expect(() => checkResult(changed(path, value))).toThrow(BadResult);
  });

  test("with a number changed by hand no longer fits its id", () => {
    const result = resultOf();
    const runs = result.runs.map((run, i) => (i === 10 ? { ...run, firstTokenMicros: 9_999 } : run));
    expect(() => checkResult({ ...result, runs })).toThrow(/^id must be/);
  });

  test("nested deeper than it could be written is refused by what it is", () => {
    const deep = "[".repeat(5000) + "]".repeat(5000);
    expect(() => checkResult(deep)).toThrow(new BadResult("the result must be an object, not a list."));
    const nested = { ...resultOf(), time: JSON.parse(deep) as unknown };
    expect(() => checkResult(nested)).toThrow(/^time must be .*, not a list\.$/);
  });

  test("with a prototype of its own is refused", () => {
    const evil = JSON.stringify(resultOf()).replace("{", '{"__proto__":{"x":1},');
    expect(() => checkResult(evil)).toThrow('has a field "__proto__"');
  });

  test.each([
    ["", /not JSON/],
    ["{", /not JSON/],
    ["null", /the result must be an object, not null/],
    ["[]", /the result must be an object, not a list/],
    ['"<img src=x>"', /the result must be an object/],
  ])("that is %j is refused", (json, words) => {
    expect(() => checkResult(json)).toThrow(words);
  });

  test("keeps hostile names as they are, but for what would break a line or UTF-8", () => {
    const hostile = "<script>alert(1)</script> \u202eevil";
    expect(cleanName(hostile)).toBe(hostile);
    expect(checkResult(JSON.stringify({ ...resultOf(), name: hostile })).name).toBe(hostile);
    expect(cleanName("\ud83d half\u0000\n line \ud83d\ude00 ")).toBe("half line 😀");
    expect([...cleanName("😀".repeat(100))]).toHaveLength(80);
  });
});

describe("the comparison", () => {
  const same = { tokensSha256: "1".repeat(64) };
  const own = resultOf({ name: "mine" });

  test("counts whose tokens agree, of the same weights and dtype only", () => {
    const entries = [
      resultOf({ name: "agrees", run: { ...same, loadMicros: 1 } }),
      resultOf({ name: "differs", run: { tokensSha256: "9".repeat(64) } }),
      resultOf({ name: "other dtype", info: { dtype: "fp32" }, run: { tokensSha256: "9".repeat(64) } }),
      resultOf({ name: "other weights", info: { hashes: { ...infoOf().hashes, weights: "d".repeat(64) } } }),
      own,
    ];
    const found = agreement(own, entries);
    expect([found.same, found.of]).toEqual([1, 2]);
    expect(found.others.map(({ name, prompts }) => [name, prompts.length])).toEqual([["differs", 5]]);
  });

  test("compares the prompts that both have", () => {
    const quick = resultOf({ choice: "quick" });
    expect(agreement(quick, [own])).toEqual({ same: 1, of: 1, others: [] });
  });

  test("takes repeats that differ for no agreement", () => {
    const runs = own.runs.map((run, i) => (i === 0 ? { ...run, tokensSha256: "8".repeat(64) } : run));
    const shaky = makeResult(runs, { ...own, info: infoOf() });
    expect(unsteady(shaky)).toEqual(["question"]);
    expect(agreement(shaky, [own]).others[0]!.prompts).toEqual(["question"]);
    expect(agreement(own, [shaky]).same).toBe(0);
  });

  test("orders by tokens/s", () => {
    const slow = resultOf({ run: { decodeMicros: 630_000 } });
    const none = resultOf({ run: { tokens: 1 } });
    expect([none, slow, own].sort(fastestFirst)).toEqual([own, slow, none]);
    expect(rate(own)).toBeCloseTo(1000);
    expect(rate(none)).toBeUndefined();
    expect(firstTokenMs(own)).toBe(10);
  });

  test("shows each result once, the visitor's own as such", () => {
    const [a, b] = [resultOf({ name: "a" }), resultOf({ name: "b", run: { loadMicros: 5 } })].map(withoutRuns);
    expect(others([a!], [a!, b!], undefined).map(titleOf).sort()).toEqual(["a", "b (pasted)"]);
    expect(others([a!], [b!], a).map(titleOf)).toEqual(["b (pasted)"]);
  });

  test("reads what the build writes, and nothing else", () => {
    const entries = [withoutRuns(own)];
    expect(checkLeaderboard(JSON.parse(JSON.stringify({ entries })))).toEqual({ entries });
    expect(checkLeaderboard({ entries: [] })).toEqual({ entries: [] });
    for (const bad of [null, {}, [], { entries: [{}] }, { entries: [own] }]) {
      expect(() => checkLeaderboard(bad)).toThrow(BadResult);
    }
    expect(() => checkSummary({ ...withoutRuns(own), suite: 0 })).toThrow("suite must be 1");
  });

  test("says why a result cannot be handed in", () => {
    expect(hindrance(own)).toBeUndefined();
    expect(hindrance(resultOf({ choice: "quick" }))).toContain("quick");
    expect(hindrance(resultOf({ hidden: true }))).toContain("background");
    expect(hindrance({ ...own, complete: false })).toContain("stopped");
    const error = { prompt: "question" as const, repeat: 1, error: { code: "engine", message: "x" } };
    expect(hindrance({ ...own, runs: [error, ...own.runs.slice(1)] })).toContain("failed");
  });
});

describe("the place", () => {
  const linux = "Mozilla/5.0 (X11; Linux x86_64)";
  const webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
  test.each([
    [`${linux} Gecko/20100101 Firefox/153.0`, "Firefox 153.0", "Linux"],
    [`${linux} ${webkit} Version/26.0 Safari/605.1.15`, "WebKit 26.0", "Linux"],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/26.0 Safari/605.1.15`, "Safari 26.0", "macOS"],
    [`Mozilla/5.0 (iPhone; CPU OS 26_0 like Mac OS X) ${webkit} Version/26.0 Safari/604.1`, "Safari 26.0", "iOS"],
    [`Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1`, "Edge 156.0.1", "Windows"],
    ["something else", "unknown unknown", "Plan 9"],
  ])("of %s is %s on %s", (userAgent, browser, platform) => {
    const { capabilities } = infoOf();
    const place = placeOf({ userAgent, platform: "Plan 9" }, capabilities);
    expect(`${place.browser.name} ${place.browser.version}`).toBe(browser);
    expect(place.platform).toBe(platform);
    expect(place.webgpu).toBeNull();
  });

  test("takes the brands where a browser has them, and names the adapter", () => {
    const brands = [
      { brand: "Not)A;Brand", version: "8" },
      { brand: "Chromium", version: "156" },
      { brand: "Google Chrome", version: "156" },
    ];
    const agent = { userAgent: "", platform: "", userAgentData: { brands, platform: "Windows" } };
    const webGpu = { usable: true, fp16: true, fallbackAdapter: true, adapter: "a maker's chip" };
    const place = placeOf(agent, { ...infoOf().capabilities, webGpu });
    expect(place.browser).toEqual({ name: "Google Chrome", version: "156" });
    expect(place).toMatchObject({ platform: "Windows", webgpu: "a maker's chip, software" });
  });
});
