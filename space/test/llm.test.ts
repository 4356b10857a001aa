import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Plan } from "../runtime/devices";
import { fetchModel } from "../runtime/fetch";
import { OdinLLM } from "../runtime/node";
import type {
  Fetched,
  FetchRequest,
  ModelFiles,
  Reply,
  Request,
  StartOptions,
  StartRequest,
} from "../runtime/protocol";
import { manifestOf, ModelServer, randomBytes } from "./server";

// The worker is a script of replies: no real device can be told to fail at a given moment.
const WEBGPU: Plan = { device: "webgpu", dtype: "fp32", threads: 1, reason: "hardware" };
const WASM: Plan = { device: "wasm", dtype: "fp32", threads: 1, reason: "always there" };
const URL_ = "http://127.0.0.1:1/toy/";

let sent: { request: Request; transfer: Transferable[] }[];
let answer: (request: Request) => Reply | undefined;
let ended: number;
let refuseToSend = false;

class ScriptedWorker {
  onmessage: ((event: { data: Reply }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;

  constructor() {
    queueMicrotask(() => this.#say({ type: "started" }));
  }

  postMessage(request: Request, transfer: Transferable[]): void {
    if (refuseToSend && request.type === "generate") throw new DOMException("a proxy cannot be cloned", "DataCloneError");
    sent.push({ request, transfer });
    const reply = answer(request);
    if (reply) queueMicrotask(() => this.#say(reply));
  }

  #over = false;

  terminate(): void {
    if (!this.#over) ended += 1;
    this.#over = true;
  }

  #say(data: Reply): void {
    this.onmessage?.({ data });
  }
}

beforeEach(() => {
  [sent, ended] = [[], 0];
  vi.stubGlobal("Worker", ScriptedWorker);
});

afterEach(() => vi.unstubAllGlobals());

function toyFiles(): ModelFiles {
  const hashes = { config: "c", weights: "w", tokenizer: "t" };
  const weights = [new Uint8Array([1, 2]), new Uint8Array([3])];
  return { config: { hidden_size: 32 }, generationConfig: {}, tokenizer: undefined, weights, dtype: "fp32", hashes };
}

function fetched(plan: Plan, files: ModelFiles, request: FetchRequest): Reply {
  const source = { model: "toy", version: null, bytes: 0, stored: true } as Fetched["source"];
  const another = plan.device === "webgpu";
  return { type: "fetched", fetched: { plan, another, files, source, failed: request.failed } };
}

function ready({ fetched: { plan, failed } }: StartRequest): Reply {
  return { type: "ready", info: { ...plan, attempts: [...failed, plan] } } as unknown as Reply;
}

/** Takes WebGPU until that has failed, as `plans` has it. */
function plan(request: FetchRequest): Plan {
  const failed = request.failed.some(({ device }) => device === "webgpu");
  return failed && request.options.device !== "webgpu" ? WASM : WEBGPU;
}

type Of<T> = Extract<Request, { type: T }>;
const requests = <T extends Request["type"]>(type: T) =>
  sent.map(({ request }) => request).filter((request): request is Of<T> => request.type === type);

test("a device that fails while the model starts hands the weights on to the next", async () => {
  const files = toyFiles();
  answer = (request) => {
    if (request.type === "fetch") return fetched(plan(request), request.files ?? files, request);
    if (request.type !== "start") return undefined;
    const { plan: planned, files: given } = request.fetched;
    const failed = [...request.fetched.failed, { ...planned, failure: "out of memory" }];
    return planned.device === "webgpu" ? { type: "failed", failed, files: given } : ready(request);
  };
  const llm = await OdinLLM.load(URL_);
  expect(requests("start").map((request) => request.fetched.plan.device)).toEqual(["webgpu", "wasm"]);
  const second = requests("fetch")[1]!;
  expect(second.files).toBe(files);
  expect(second.failed).toEqual([{ ...WEBGPU, failure: "out of memory" }]);
  const buffers = files.weights.map(({ buffer }) => buffer);
  expect(sent.map(({ transfer }) => transfer)).toEqual([[], buffers, buffers, buffers]);
  expect(llm.info.attempts).toEqual([{ ...WEBGPU, failure: "out of memory" }, WASM]);
  expect(ended).toBe(3); // of four threads one is left
});

test("of what is handed on nothing is fetched again", async () => {
  const server = new ModelServer();
  const config = Buffer.from('{"model_type": "odin", "hidden_size": 32}');
  const files = { "config.json": config, "onnx/model.onnx": randomBytes(100, 1) };
  server.files = { ...files, "manifest.json": manifestOf(files, 64) };
  await server.start();
  const given = toyFiles();
  const options = { dtype: "fp32" as const, store: false };
  const rest = { ortUrl: "", options, failed: [], telemetry: false };
  const request: FetchRequest = { type: "fetch", url: server.base, files: given, ...rest };
  const found = await fetchModel(request, { onProgress: () => {}, signal: new AbortController().signal });
  await server.stop();
  expect("files" in found && found.files).toBe(given);
  expect(server.log.map(({ name }) => name)).toEqual(["manifest.json"]);
});

test.each([
  ["auto", "wasm"],
  ["webgpu", "webgpu"],
] as const)("after a device was lost, device %s goes on with %s", async (device, next) => {
  answer = (request) => {
    if (request.type === "fetch") return fetched(plan(request), toyFiles(), request);
    if (request.type === "start") return ready(request);
    if (request.type === "stop") return undefined;
    const lost = requests("generate").length === 1;
    if (lost) return { type: "error", id: request.id, code: "device-lost", message: "The device went away." };
    return { type: "done", id: request.id, stats: { tokens: [7] } } as unknown as Reply;
  };
  const llm = await OdinLLM.load(URL_, { device });
  expect(llm.info.device).toBe("webgpu");
  await expect(llm.generate("Hello").next()).rejects.toMatchObject({ name: "OdinError", code: "device-lost" });
  expect(requests("start")).toHaveLength(1); // it waits for the next question
  expect(await llm.generate("Hello").next()).toMatchObject({ done: true, value: { tokens: [7] } });
  expect(llm.info.device).toBe(next);
  const lost = { ...WEBGPU, failure: "The device went away." };
  expect(llm.info.attempts).toEqual(next === "wasm" ? [lost, WASM] : [WEBGPU]);
});

test("loading that is stopped ends its thread", async () => {
  const stop = new AbortController();
  answer = () => void stop.abort();
  const loading = OdinLLM.load(URL_, { signal: stop.signal });
  await expect(loading).rejects.toMatchObject({ code: "aborted" });
  expect(ended).toBe(1);
});

test("what the probe found unusable is not tried again in the next thread", async () => {
  answer = (request) => {
    if (request.type === "start") return ready(request);
    if (request.type !== "fetch") return undefined;
    if (request.failed.length > 0) return fetched(WASM, toyFiles(), request);
    return { type: "failed", failed: [{ ...WEBGPU, failure: "wrong numbers" }], files: undefined };
  };
  const llm = await OdinLLM.load(URL_);
  expect(llm.info.attempts).toEqual([{ ...WEBGPU, failure: "wrong numbers" }, WASM]);
  expect(requests("start")).toHaveLength(1);
});

/** A model on WebAssembly that answers every question with one token. */
async function answering(options: StartOptions = {}): Promise<OdinLLM> {
  answer = (request) => {
    if (request.type === "fetch") return fetched(WASM, toyFiles(), request);
    if (request.type === "start") return ready(request);
    if (request.type !== "generate") return undefined;
    return { type: "done", id: request.id, stats: { tokens: [7] } } as unknown as Reply;
  };
  return OdinLLM.load(URL_, options);
}

/** The same worker, whose answers fail. */
function failing(well: typeof answer, code: "engine" | "device-lost"): typeof answer {
  return (request) =>
    request.type === "generate" ? { type: "error", id: request.id, code, message: "It failed." } : well(request);
}

test("a prompt that cannot be sent is refused, and the next is answered", async () => {
  const llm = await answering();
  refuseToSend = true;
  await expect(llm.generate("Hello").next()).rejects.toMatchObject({ code: "bad-option" });
  refuseToSend = false;
  expect(await llm.generate("Hello").next()).toMatchObject({ done: true });
});

test("after a step that failed the model is started in a new thread", async () => {
  const llm = await answering();
  const well = answer;
  answer = failing(well, "engine");
  await expect(llm.generate("Hello").next()).rejects.toMatchObject({ code: "engine" });
  answer = well;
  expect(await llm.generate("Hello").next()).toMatchObject({ done: true });
  expect(requests("start")).toHaveLength(2);
});

test("the signal of the first start does not stop a later one", async () => {
  const controller = new AbortController();
  const llm = await answering({ signal: controller.signal });
  const well = answer;
  answer = failing(well, "device-lost");
  await expect(llm.generate("Hello").next()).rejects.toMatchObject({ code: "device-lost" });
  controller.abort();
  answer = well;
  expect(await llm.generate("Hello").next()).toMatchObject({ done: true });
});

test("a model that was unloaded while it was started anew leaves no thread behind", async () => {
  const llm = await answering();
  const well = answer;
  answer = failing(well, "engine");
  await expect(llm.generate("Hello").next()).rejects.toMatchObject({ code: "engine" });
  answer = (request) => {
    if (request.type === "start") llm.dispose();
    return well(request);
  };
  await expect(llm.generate("Hello").next()).rejects.toMatchObject({ code: "engine" });
  llm.dispose();
  expect(ended).toBe(requests("fetch").length + requests("start").length);
});

test("a folder of onnxruntime's files may be named without a slash at its end", async () => {
  await answering({ ortUrl: "https://example.org/static/ort" });
  expect(requests("start")[0]!.ortUrl).toBe("https://example.org/static/ort/");
});

test("all starts of one model are the same visitor's, and without one each load is another's", async () => {
  const visitors = () => requests("fetch").map((request) => request.options.visitor);
  for (const options of [{}, {}, { visitor: "ada" }]) {
    const llm = await answering(options);
    const well = answer;
    answer = failing(well, "device-lost");
    await expect(llm.generate("Hello").next()).rejects.toMatchObject({ code: "device-lost" });
    answer = well;
    expect(await llm.generate("Hello").next()).toMatchObject({ done: true });
  }
  const [first, again, second, secondAgain, ...ada] = visitors();
  expect([again, secondAgain, ...ada]).toEqual([first, second, "ada", "ada"]);
  expect(first).toMatch(/^[\d-]{7,}$/);
  expect(second).not.toBe(first);
});
