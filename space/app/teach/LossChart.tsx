/** The loss of each step, as it comes. */

import { LineChart } from "../ui/Chart";
import { learning } from "./state";

export function LossChart() {
  const { losses = [], total = 50 } = learning.value ?? {};
  const [first, last] = [losses[0], losses.at(-1)];
  const description =
    first && last
      ? `It was ${short(first.y)} at step ${first.x} and is ${short(last.y)} at step ${last.x} of ${total}.`
      : "No step yet.";
  return (
    <LineChart
      id="loss-chart"
      title="How wrong it is"
      description={description}
      x={{ label: "step", unit: "", reaches: total }}
      y={{ label: "loss", unit: "", format: short }}
      series={[{ name: "Loss", points: losses }]}
    />
  );
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 5 });
}
