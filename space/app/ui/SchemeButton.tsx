/** Chooses between the system's colours, light and dark. */

import { scheme, type Scheme } from "../settings";
import { Icon, type IconName } from "./Icon";

const NEXT: Record<Scheme, Scheme> = { auto: "light", light: "dark", dark: "auto" };
const LOOK: Record<Scheme, [IconName, string]> = {
  auto: ["auto", "Colours of the system"],
  light: ["sun", "Light colours"],
  dark: ["moon", "Dark colours"],
};

export function SchemeButton() {
  const [icon, label] = LOOK[scheme.value];
  return (
    <button
      type="button"
      id="scheme"
      class="quiet"
      title={`${label}; press for the next`}
      aria-label={label}
      onClick={() => (scheme.value = NEXT[scheme.value])}
    >
      <Icon name={icon} />
    </button>
  );
}
