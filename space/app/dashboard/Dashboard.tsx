/** Dashboard: what this device does with the model, and how that compares. */

import { promise } from "../analytics/share";
import { Answers } from "./Answers";
import { MeasuredElsewhere } from "./MeasuredElsewhere";
import { Memory } from "./Memory";
import { HowItRuns } from "./HowItRuns";
import { Versus } from "./Versus";
import "../styles/dashboard.css";

export function Dashboard() {
  return (
    <div class="dashboard">
      <h1>Dashboard</h1>
      <p class="lead">
        What ODIN takes on this device. Every number says where it comes from, and {promise.value}.
      </p>
      <Answers />
      <HowItRuns />
      <Memory />
      <Versus />
      <MeasuredElsewhere />
    </div>
  );
}
