/** Teach: the model learns from a visitor's examples, in this tab, and is asked about others before and after. */

import { useEffect } from "preact/hooks";
import { info } from "../session";
import { Choose } from "./Choose";
import { Kept } from "./Kept";
import { Learned } from "./Learned";
import { Lesson } from "./Lesson";
import { Preview } from "./Preview";
import { Results } from "./Results";
import { lookForTraining } from "./offer";
import { material } from "./material";
import { learning, questions, task } from "./state";
import "../styles/teach.css";

export function Teach() {
  useEffect(() => void lookForTraining(), [info.value]);
  return (
    <div class="teach">
      <h1>Teach it something new.</h1>
      <p class="lead">
        Give the model examples of something that it cannot know, and it learns from them, in this tab. Some are held
        out: it answers those before and after, so that you see whether it has understood.
      </p>
      <Kept />
      <Choose />
      {material.value && <Preview material={material.value} />}
      {(material.value || learning.value || task.value === "lesson") && <Lesson />}
      {questions.value.length > 0 && <Results />}
      <Learned />
    </div>
  );
}
