/** What there is to tell, as Plausible's events API takes it: nothing that says who, when, or about what. */

import type { ModelInfo, Stats } from "../../runtime/index";
import { tokensPerSecond } from "../ui/numbers";
import type { Report } from "./report";

export type EventName = "pageview" | "Model loaded" | "Answer" | "Error";
type Props = Record<string, string | number>;

/** The body of a request. */
export interface AnalyticsEvent {
  name: EventName;
  /** A made-up address of the mode at the site's name: the page's own may have a query. */
  url: string;
  domain: string;
  /** Without it Plausible takes all modes for one page. */
  hashMode: 1;
  props: Props;
}

/** Makes the events of one site. Modes are those of the navigation. */
export class Events {
  /** @param domain the site's name at the endpoint. */
  constructor(readonly domain: string) {}

  pageview(mode: string): AnalyticsEvent {
    return this.#event("pageview", mode, {});
  }

  modelLoaded(mode: string, { model, version, variant, device, dtype, loadMs }: ModelInfo): AnalyticsEvent {
    return this.#event("Model loaded", mode, {
      model: named(model),
      version: named(version),
      variant: variant ? named(variant.name) : "none",
      device,
      dtype,
      seconds: Math.round(loadMs / 1000),
    });
  }

  answer(mode: string, { tokens, decodeMs, finish }: Pick<Stats, "tokens" | "decodeMs" | "finish">): AnalyticsEvent {
    const rate = tokensPerSecond({ tokens: tokens.length, decodeMs });
    return this.#event("Answer", mode, { mode, tokens_per_second: rate === undefined ? "none" : band(rate), finish });
  }

  error(mode: string, { code, place, message }: Report): AnalyticsEvent {
    return this.#event("Error", mode, { code, place, message });
  }

  #event(name: EventName, mode: string, props: Props): AnalyticsEvent {
    return { name, url: `https://${this.domain}/#/${mode}`, domain: this.domain, hashMode: 1, props };
  }
}

/** Lower ends of the bands, in tokens a second: a rate to the digit would tell devices apart. */
export const BANDS = [0, 5, 10, 20, 50, 100, 200, 500];

function band(rate: number): string {
  const above = BANDS.findLastIndex((least) => rate >= least);
  const next = BANDS[above + 1];
  return next === undefined ? `${BANDS[above]} or more` : `${BANDS[above]} to ${next}`;
}

/** Names come from the model's manifest, which may hold anything. */
function named(name: string | null | undefined): string {
  if (name === null || name === undefined) return "none";
  return /^[\w.-]{1,40}$/.test(name) ? name : "other";
}
