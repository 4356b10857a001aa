/** A piece of a line on the screen; a calculation with what the page found out about it. */

import { Icon } from "../ui/Icon";
import type { Slip } from "./check";
import { prettyMath, type Calculation, type Part } from "./steps";
import { claims, describeSlip, verdict, type Verdict } from "./summary";
import "../styles/calculation.css";

/** `finished`: the line is complete, and its calculations are checked. */
export function PartText({ part, finished }: { part: Part; finished: boolean }) {
  if ("text" in part) return <>{part.text}</>;
  const { math, result } = part;
  const found = finished && claims(part) ? verdict(part) : undefined;
  return (
    // A calculation reads from the left inside of any text.
    <span class="calculation" dir="ltr" data-verdict={found?.verdict}>
      <span class="math">
        {math}
        {result !== undefined && (
          <>
            {" = "}
            <b>{result}</b>
          </>
        )}
      </span>
      {found && drawVerdict(part, found)}
      {!finished && claims(part) && (
        // Room for the mark to come: without it the rest of the line would move.
        <span class="awaited">
          <Icon name="check" />
        </span>
      )}
    </span>
  );
}

function drawVerdict(part: Calculation, found: Verdict) {
  switch (found.verdict) {
    case "right":
      return (
        <>
          <Icon name="check" />
          {found.rounded ? <small> rounded</small> : <span class="visually-hidden"> correct</span>}
        </>
      );
    case "wrong":
      return (
        <>
          <Icon name="cross" />
          <span class="visually-hidden"> wrong: </span>
          <small> {correction(part, found.slip)}</small>
        </>
      );
    case "doubted":
      return <small> doubted by the model itself: {correction(part, found.slip)}</small>;
    case "unchecked":
      return null;
  }
}

/** The right value; in a chain, of which of its parts. */
export function correction({ source }: Calculation, slip: Slip): string {
  const whole = source.startsWith(slip.left) && source.indexOf("=") === source.lastIndexOf("=");
  return whole && slip.value !== undefined ? `it is ${prettyMath(slip.value)}` : describeSlip(slip);
}
