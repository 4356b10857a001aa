/** Installs the app, where the browser offers that. */

import { Icon } from "../ui/Icon";
import { install, installable } from "./install";

export function InstallButton() {
  if (!installable.value) return null;
  return (
    <button type="button" id="install" onClick={() => void install()}>
      <Icon name="down" /> Install the app
    </button>
  );
}
