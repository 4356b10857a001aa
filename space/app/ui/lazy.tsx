/** Parts of the app that are fetched when they are first shown. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component that is fetched when it is first shown; what cannot be fetched is said, and can be tried again. */
export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let Loaded: ComponentType | undefined;
  return function Lazy() {
    const [failed, setFailed] = useState(false);
    const [, setReady] = useState(Loaded !== undefined);
    const fetchIt = () => {
      setFailed(false);
      load().then(
        (component) => {
          Loaded = component;
          setReady(true);
        },
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (!Loaded) fetchIt();
    }, []);
    if (Loaded) return <Loaded />;
    if (!failed) return <p class="hint waiting">Opening …</p>;
    return (
      <p class="error" role="alert">
        This part of the app could not be fetched. <button onClick={fetchIt}>Try again</button>
      </p>
    );
  };
}
