import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chosenModel, nameOf, otherHost, refusal, type Deployment } from "../app/deployment";
import { allowConnections } from "../packaging/policy";
import { originsOf, readDeployment } from "../packaging/readdeployment";

const PAGE = "https://page.example/space/";
const HUB = "https://huggingface.co/USER/odin-nano/resolve/v0.3.0/";
const OWN: Deployment = { models: "models/", model: "odin-nano", connect: [], analytics: null };
const REMOTE: Deployment = { ...OWN, models: "https://models.example/odin/" };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "odin-deployment-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function read(value: unknown): Deployment {
  const path = join(folder, "deployment.json");
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return readDeployment(path);
}

describe("deployment.json", () => {
  test("as committed takes models from the page's own site and sends nothing", () => {
    expect(readDeployment("deployment.json")).toEqual(OWN);
    expect(originsOf(OWN)).toEqual([]);
  });

  test("has defaults for what it does not say", () => {
    expect(read({})).toEqual(OWN);
  });

  test("of a Space on the Hub", () => {
    const space = read({ models: HUB, model: "", connect: ["https://*.hf.co"] });
    expect(chosenModel(space, null)).toBe(HUB);
    expect(originsOf(space)).toEqual(["https://huggingface.co", "https://*.hf.co"]);
  });

  test("names each origin once", () => {
    const analytics = { endpoint: "https://stats.example/api/event", domain: "odin.example" };
    const connect = ["https://stats.example", "https://cdn.example:8443"];
    expect(originsOf(read({ ...REMOTE, connect, analytics }))).toEqual([
      "https://models.example",
      "https://stats.example",
      "https://cdn.example:8443",
    ]);
  });

  test.each([
    ["no JSON", "{", "not JSON"],
    ["a list", [], "must be an object"],
    ["an unknown key", { modles: "models/" }, "unknown key of the deployment 'modles'; did you mean 'models'?"],
    ["an unknown key of analytics", { analytics: { endpoint: "https://a.b/", domain: "a.b", key: 1 } }, "'key'"],
    ["analytics without a domain", { analytics: { endpoint: "https://a.b/api" } }, "analytics lacks domain"],
    ["a domain that is an address", { analytics: { endpoint: "https://a.b/", domain: "https://a.b" } }, "domain"],
    ["an endpoint in the clear", { analytics: { endpoint: "http://a.b/", domain: "a.b" } }, "https address"],
    ["an endpoint of its own site", { analytics: { endpoint: "api/event", domain: "a.b" } }, "analytics.endpoint"],
    ["models without a slash", { models: "models" }, "slash at its end"],
    ["models in the clear", { models: "http://models.example/" }, "https address"],
    ["models that need an escape", { models: "my models/" }, "models must be"],
    ["models of some scheme's host", { models: "//models.example/" }, "models must be"],
    ["models with a password", { models: "https://a:b@models.example/" }, "without name and password"],
    ["models with a query", { models: "https://models.example/?token=1/" }, "query"],
    ["models above the address", { models: "https://models.example/a/../b/" }, "https address"],
    ["a script", { models: "javascript:alert(1)/" }, "models must be"],
    ["a model outside of models", { model: "../other" }, "model must be"],
    ["an absolute model", { model: "/other" }, "model must be"],
    ["a path after an origin", { connect: ["https://a.b/c"] }, "connect[0] must be an origin"],
    ["all hosts", { connect: ["https://*"] }, "connect[0]"],
    ["a second directive", { connect: ["https://a.b; script-src *"] }, "connect[0]"],
    ["a keyword of policies", { connect: ["'unsafe-eval'"] }, "connect[0]"],
  ])("with %s is refused", (_, value, words) => {
    expect(() => read(value)).toThrow(words);
    expect(() => read(value)).toThrow("deployment.json; docs/app.md says");
  });

  test("that is not there is refused", () => {
    expect(() => readDeployment(join(folder, "nothing.json"))).toThrow("cannot be read");
  });
});

describe("the policy", () => {
  const page = readFileSync("index.html", "utf8");

  test("stays as it is without other origins", () => {
    expect(allowConnections(page, [])).toBe(page);
  });

  test("gets the origins, and nothing else changes", () => {
    const extended = allowConnections(page, ["https://a.example", "https://*.b.example"]);
    expect(extended).toContain("connect-src 'self' https://a.example https://*.b.example; worker-src");
    expect(extended.replace(" https://a.example https://*.b.example", "")).toBe(page);
  });

  test("has to be there", () => {
    expect(() => allowConnections("<html></html>", ["https://a.example"])).toThrow("connect-src 'self'");
  });
});

describe("the model of an address", () => {
  test("is the site's own without one", () => {
    expect(chosenModel(OWN, null)).toBe("models/odin-nano/");
    expect(chosenModel(REMOTE, null)).toBe("https://models.example/odin/odin-nano/");
    expect(chosenModel(OWN, "models/toy/onnx/model.onnx")).toBe("models/toy/onnx/model.onnx");
  });

  test.each([
    [OWN, "models/toy/"],
    [OWN, "/elsewhere/toy/"],
    [OWN, "https://page.example/other/toy/"],
    [REMOTE, "models/toy/"],
    [REMOTE, "https://models.example/odin/toy/"],
    [REMOTE, "HTTPS://MODELS.EXAMPLE/odin/toy/"],
    [REMOTE, "https://models.example/odin/"],
  ])("may be of the own site, or below models: %o %s", (deployment, url) => {
    expect(refusal(deployment, url, PAGE)).toBeUndefined();
  });

  test.each([
    [OWN, "https://models.example/odin/toy/"],
    [OWN, "//models.example/odin/toy/"],
    [OWN, "http://page.example/space/models/toy/"],
    [OWN, "https://page.example:8443/models/toy/"],
    [OWN, "blob:https://page.example/toy/"],
    [OWN, "data:text/html,toy/"],
    [OWN, "javascript:alert(1)/"],
    [OWN, "https://[/"],
    [REMOTE, "https://models.example/"],
    [REMOTE, "https://models.example/odinary/toy/"],
    [REMOTE, "https://models.example/odin/../stolen/"],
    [REMOTE, "https://models.example/odin/%2e%2e/stolen/"],
    [REMOTE, "https://models.example/odin/..%2fstolen/"],
    [REMOTE, "https://models.example/odin/..\\stolen/"],
    [REMOTE, "https://models.example/odin/toy/?redirect=https://stolen.example/"],
    [REMOTE, "https://models.example@stolen.example/odin/toy/"],
    [REMOTE, "https://models.example.stolen.example/odin/toy/"],
    [REMOTE, "http://models.example/odin/toy/"],
  ])("may be no other: %o %s", (deployment, url) => {
    const error = refusal(deployment, url, PAGE)!;
    expect(error.code).toBe("bad-option");
    expect(error.message).toContain(`not from ${url}`);
  });

  test("is called by its folder, on the Hub by its repository", () => {
    expect(nameOf("models/odin-nano/")).toBe("odin-nano");
    expect(nameOf(HUB)).toBe("odin-nano");
  });

  test("says which other site it is of", () => {
    expect(otherHost("models/odin-nano/", PAGE)).toBeUndefined();
    expect(otherHost(HUB, PAGE)).toBe("huggingface.co");
  });
});
