// The service worker of the sampler's pages. `SCREEN` ({version, files, pages}) is put before it by the server.
// The tube screen, the pages beside it that work without a network, and all they are made of lie on the device, as one
// version; anything else goes to the network untouched.
const FILES = `lims.files.${SCREEN.version}`;
const PAGES = `lims.page.${SCREEN.version}`;
const PATIENCE = 3000; // ms
const KEPT_IN_ADDRESS = ["lang", "site"];

addEventListener("install", (event) => event.waitUntil(keepAll()));
addEventListener("activate", (event) => event.waitUntil(forgetOlder().then(() => clients.claim())));
addEventListener("message", (event) => event.data === "take over" && skipWaiting());
addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigated(request, address, event));
  else if (SCREEN.files.includes(address.pathname)) event.respondWith(file(request));
});

/** All of one version or nothing: pages cannot be kept while nobody is signed in. */
async function keepAll() {
  const answers = await Promise.all(SCREEN.pages.map((name) => fetch(name, { redirect: "manual", headers: { Accept: "text/html" } })));
  if (!answers.every(isOurs)) throw new Error("no pages of this version");
  const files = await caches.open(FILES);
  await files.addAll(SCREEN.files.map((name) => new Request(name, { cache: "no-cache" })));
  const pages = await caches.open(PAGES);
  await Promise.all(SCREEN.pages.map((name, place) => pages.put(name, answers[place])));
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("lims.") && name !== FILES && name !== PAGES).map((name) => caches.delete(name)));
}

async function file(request) {
  return (await (await caches.open(FILES)).match(new URL(request.url).pathname)) ?? fetch(request);
}

/** Only a page of this very version, made by our server for somebody who may see it, is ours. */
function isOurs(answer) {
  return answer.ok && answer.type !== "opaqueredirect" && answer.headers.get("x-lims-screen") === SCREEN.version;
}

async function navigated(request, address, event) {
  const name = address.pathname;
  if (!SCREEN.pages.includes(name)) return fetch(request).catch(() => Response.redirect(`${SCREEN.pages[0]}?needs_network=1`));
  const kept = await (await caches.open(PAGES)).match(name);
  const fresh = fetch(request).then((answer) => seen(answer, address));
  event.waitUntil(fresh.catch(() => {}));
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([fresh.then((answer) => (isOurs(answer) || isRefusal(answer) ? answer : kept)), late]).catch(() => kept);
}

/** Our server says that this person may not see the page; a foreign network does not know our headers. */
function isRefusal(answer) {
  return answer.status === 403 && answer.headers.has("content-security-policy");
}

async function seen(answer, address) {
  const plain = [...address.searchParams.keys()].every((name) => KEPT_IN_ADDRESS.includes(name));
  if (plain && isOurs(answer)) await (await caches.open(PAGES)).put(address.pathname, answer.clone());
  if (answer.headers.get("x-lims-screen") && !isOurs(answer)) registration.update();
  return answer;
}
