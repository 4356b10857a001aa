/** What went wrong last in a part of the page, for those who count; the visitor is told by the part itself. */

import { signal } from "@preact/signals";

export const mishap = signal<unknown>(undefined);
