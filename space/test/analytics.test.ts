import { describe, expect, test, vi } from "vitest";
import { readFileSync } from "node:fs";
import { BANDS, Events, type AnalyticsEvent } from "../app/analytics/events";
import { MOST_WAITING, Outbox } from "../app/analytics/outbox";
import { infoOf } from "./benchmark.fakes";

const ENDPOINT = "https://stats.example/api/event";
const events = new Events("odin.example");

describe("an event", () => {
  test("of a visited mode says which, and no more", () => {
    expect(events.pageview("maths")).toEqual({
      name: "pageview",
      url: "https://odin.example/#/maths",
      domain: "odin.example",
      hashMode: 1,
      props: {},
    });
  });

  test("of a loaded model says what runs, in whole seconds", () => {
    const info = infoOf({ model: "odin-nano", version: "0.3.0", loadMs: 1649.7, config: { secret: "config" } });
    const loaded = { model: "odin-nano", version: "0.3.0", variant: "none", device: "wasm", dtype: "q8", seconds: 2 };
    expect(events.modelLoaded("chat", info).props).toEqual(loaded);
    const variant = { experiment: "width", name: "b" };
    expect(events.modelLoaded("chat", { ...info, variant }).props).toEqual({ ...loaded, variant: "b" });
  });

  test.each([
    ["My private model: Anna", "other"],
    ["a".repeat(41), "other"],
    ["<b>", "other"],
    ["", "other"],
    [null, "none"],
    [undefined, "none"],
  ])("takes no words from a manifest: %s", (name, told) => {
    const { props } = events.modelLoaded("chat", infoOf({ model: name, version: name }));
    expect([props["model"], props["version"]]).toEqual([told, told]);
  });

  test.each([
    [{ tokens: [1], decodeMs: 0 }, "none"],
    [{ tokens: [1, 2], decodeMs: 1000 }, "0 to 5"],
    [{ tokens: [1, 2], decodeMs: 100 }, "10 to 20"],
    [{ tokens: [1, 2, 3], decodeMs: 10.1 }, "100 to 200"],
    [{ tokens: [1, 2], decodeMs: 1 }, "500 or more"],
  ])("of an answer has a band of speed, not the speed: %o", (answer, band) => {
    expect(events.answer("code", { ...answer, finish: "length" })).toEqual({
      name: "Answer",
      url: "https://odin.example/#/code",
      domain: "odin.example",
      hashMode: 1,
      props: { mode: "code", tokens_per_second: band, finish: "length" },
    });
  });
});

test("docs/app.md lists every event and property", () => {
  const all = [
    events.pageview("chat"),
    events.modelLoaded("chat", infoOf()),
    events.answer("chat", { tokens: [1], decodeMs: 0, finish: "eos" }),
    events.error("chat", { code: "network", place: "", message: "" }),
  ];
  const told = all.flatMap(({ name, props, ...rest }) => [name, ...Object.keys(rest), ...Object.keys(props)]);
  const rows = readFileSync("../docs/app.md", "utf8").match(/^\| name \| property [^]*?\n\n/m)![0];
  expect(told.filter((word) => !rows.includes(`\`${word}\``))).toEqual([]);
  const cells = rows.split("\n").slice(2).map((row) => row.split("|").slice(1, 3).join());
  const listed = cells.flatMap((cell) => cell.match(/(?<=`)[^`,]+(?=`)/g) ?? []);
  expect(listed.filter((word) => !told.includes(word))).toEqual([]);
  for (const least of BANDS) expect(rows).toMatch(new RegExp(`\`${least} (to|or)`));
});

/** A server that answers as `statuses` say, in order, then 202; 0 is no answer at all. */
function server(...statuses: number[]) {
  const bodies: string[] = [];
  const post = vi.fn(async (_: unknown, init?: RequestInit) => {
    init?.signal?.throwIfAborted();
    const status = statuses.shift() ?? 202;
    if (status === 0) throw new TypeError("Failed to fetch");
    bodies.push(init!.body as string);
    return new Response(null, { status });
  });
  return { post: post as unknown as typeof fetch, bodies, calls: post.mock.calls };
}

function filled(post: typeof fetch, ...modes: string[]): Outbox {
  const outbox = new Outbox(ENDPOINT, post);
  for (const mode of modes) outbox.note(events.pageview(mode));
  return outbox;
}

const modesOf = (bodies: readonly string[]) =>
  bodies.map((body) => (JSON.parse(body) as AnalyticsEvent).url.split("#/")[1]);

describe("the list of what waits", () => {
  test("is sent when it is told to, as it was shown", async () => {
    const { post, bodies, calls } = server();
    const outbox = filled(post, "chat", "maths");
    const shown = outbox.waiting.value;
    expect(calls).toEqual([]);
    await outbox.send();
    expect(bodies).toEqual(shown);
    expect(outbox.waiting.value).toEqual([]);
    expect(outbox.said.value).toBe("2 events sent. Thank you.");
    const [address, init] = calls[0]!;
    expect(address).toBe(ENDPOINT);
    expect(init).toMatchObject({ method: "POST", credentials: "omit", referrerPolicy: "no-referrer" });
    expect(init!.headers).toEqual({ "content-type": "text/plain" });
  });

  test("keeps what could not be sent, and says so", async () => {
    const { post, bodies } = server(202, 0);
    const outbox = filled(post, "chat", "maths", "code");
    await outbox.send();
    expect(modesOf(outbox.waiting.value)).toEqual(["maths", "code"]);
    expect(outbox.said.value).toBe("The server could not be reached: 1 event sent, the others still wait here.");
    expect(outbox.sending.value).toBe(false);
    await outbox.send();
    expect(modesOf(bodies)).toEqual(["chat", "maths", "code"]);
  });

  test("keeps what the server refused", async () => {
    const outbox = filled(server(400).post, "chat");
    await outbox.send();
    expect(modesOf(outbox.waiting.value)).toEqual(["chat"]);
    expect(outbox.said.value).toContain("The server answered 400");
  });

  test("does not send what came after the press", async () => {
    const { post, bodies } = server();
    const outbox = filled(post, "chat");
    const sending = outbox.send();
    outbox.note(events.pageview("about"));
    await outbox.send(); // pressed twice
    await sending;
    expect(modesOf(bodies)).toEqual(["chat"]);
    expect(modesOf(outbox.waiting.value)).toEqual(["about"]);
  });

  test("is forgotten in the middle of sending", async () => {
    const { post, bodies } = server();
    const outbox = filled(post, "chat", "maths", "code");
    const sending = outbox.send();
    outbox.clear("Gone.");
    outbox.note(events.pageview("about"));
    await sending;
    expect(bodies.length).toBeLessThanOrEqual(1);
    expect(modesOf(outbox.waiting.value)).toEqual(["about"]);
    expect(outbox.said.value).toBe("Gone.");
  });

  test("with nothing in it asks nobody", async () => {
    const { post, calls } = server();
    const outbox = filled(post);
    await outbox.send();
    expect(calls).toEqual([]);
    expect(outbox.said.value).toBe("There is nothing to send.");
  });

  test("grows no longer than anybody reads", () => {
    const outbox = filled(server().post, ...Array<string>(MOST_WAITING + 1).fill("chat"));
    expect(outbox.waiting.value.length).toBe(MOST_WAITING);
  });
});
