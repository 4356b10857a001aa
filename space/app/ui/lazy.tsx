/** Parts of the app that are fetched when they are first shown. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/**
 * A component that is fetched when it is first shown. What cannot be fetched is said; trying again reloads the page,
 * since browsers remember a module that has failed.
 */
export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let Loaded: ComponentType | undefined;
  return function Lazy() {
    const [failed, setFailed] = useState(false);
    const [, setReady] = useState(Loaded !== undefined);
    useEffect(() => {
      if (Loaded) return;
      load().then(
        (component) => {
          Loaded = component;
          setReady(true);
        },
        () => setFailed(true),
      );
    }, []);
    if (Loaded) return <Loaded />;
    if (!failed) return <p class="hint waiting">Opening …</p>;
    return (
      <p class="error" role="alert">
        This part of the app could not be fetched. <button onClick={() => location.reload()}>Try again</button>
      </p>
    );
  };
}
