/** Reads `deployment.json`, which says where a site's models are and whom its page may connect to. */

import { readFileSync } from "node:fs";
import type { Deployment } from "../app/deployment";
import { found } from "../runtime/canonical";
import { Checks } from "../runtime/checks";

const KEYS = { models: false, model: false, connect: false, analytics: false };
const ANALYTICS_KEYS = { endpoint: true, domain: true };
const DEFAULTS: Deployment = { models: "models/", model: "odin-nano", connect: [], analytics: null };
/** Where a page lies does not matter for what a relative address may look like. */
const SOME_PAGE = "https://page.invalid/some/folder/";
const HOST = String.raw`[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*`;
const DOMAIN = new RegExp(`^${HOST}$`);
const ORIGIN = new RegExp(String.raw`^(https:\/\/(\*\.)?${HOST}|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$`);
/** Nothing but what needs no escape, in an address as in a policy. */
const PATH = /^\/?([A-Za-z0-9_.~-]+\/)*([A-Za-z0-9_.~-]+)?$/;

/**
 * Reads and checks a deployment; keys that are absent have the values of the committed file.
 *
 * @throws Error that names the file, the key, what was expected, and what to do.
 */
export function readDeployment(path: string): Deployment {
  const checks = new Checks("bad-option", `Correct ${path}; docs/app.md says what each key means`);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw checks.error(`The deployment cannot be read: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw checks.error(`The deployment is not JSON: ${(error as Error).message}`);
  }
  return checkDeployment(value, checks);
}

function checkDeployment(value: unknown, checks: Checks): Deployment {
  const given: Record<string, unknown> = { ...DEFAULTS, ...checks.members(value, KEYS, "the deployment") };
  return {
    models: folder(given["models"], checks),
    model: name(given["model"], checks),
    connect: checks.list(given["connect"], "connect").map((item, i) => origin(item, `connect[${i}]`, checks)),
    analytics: given["analytics"] === null ? null : analytics(given["analytics"], checks),
  };
}

/** The further origins that the page has to be allowed to connect to, each once. */
export function originsOf({ models, connect, analytics }: Deployment): string[] {
  const absolute = [models, ...(analytics ? [analytics.endpoint] : [])].filter((address) => /^https?:/.test(address));
  return [...new Set([...absolute.map((address) => new URL(address).origin), ...connect])];
}

function folder(value: unknown, checks: Checks): string {
  const expected = 'a folder with a slash at its end, such as "models/" or "https://example.org/models/"';
  if (typeof value !== "string" || !value.endsWith("/")) throw checks.expected(expected, value, "models");
  if (/^[a-z]+:/i.test(value)) return remote(value, "models", checks);
  if (value.startsWith("//") || !PATH.test(value)) throw checks.expected(expected, value, "models");
  return value;
}

function name(value: unknown, checks: Checks): string {
  const whole = typeof value === "string" && !value.startsWith("/") && PATH.test(value);
  const inside = whole && new URL(value, SOME_PAGE).href === SOME_PAGE + value;
  if (inside) return value;
  throw checks.expected('the name of a folder in models, or "" where models is the folder', value, "model");
}

/** An absolute address of a host that an https page may ask. */
function remote(value: unknown, where: string, checks: Checks): string {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url && ORIGIN.test(url.origin) && PATH.test(url.pathname) && url.origin + url.pathname === value) return value;
  throw checks.expected(
    "an https address without name and password, query and # (http only of localhost and 127.0.0.1)",
    value,
    where,
  );
}

function origin(value: unknown, where: string, checks: Checks): string {
  if (typeof value === "string" && ORIGIN.test(value)) return value;
  const expected = 'an origin without a path, such as "https://example.org" or "https://*.example.org"';
  throw checks.expected(expected, value, where);
}

function analytics(value: unknown, checks: Checks): NonNullable<Deployment["analytics"]> {
  const { endpoint, domain } = checks.members(value, ANALYTICS_KEYS, "analytics");
  if (typeof domain !== "string" || !DOMAIN.test(domain)) {
    throw checks.error(`analytics.domain must be the site's name there, such as "example.org", not ${found(domain)}`);
  }
  return { endpoint: remote(endpoint, "analytics.endpoint", checks), domain };
}
