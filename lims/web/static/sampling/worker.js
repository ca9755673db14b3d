// The service worker of the sampler's pages. `SCREEN` ({version, files, pages, languages}) is put before it by the server.
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

/** All of one version or nothing: pages cannot be kept while nobody is signed in. One that this person may not see is left out. */
async function keepAll() {
  // One after the other: pages nobody has read yet hold their connections, and the files would wait for them.
  for (const name of SCREEN.pages) {
    const answer = await ask(name);
    if (isRefusal(answer)) continue;
    if (!isOurs(answer)) throw new Error("no page of this version");
    await keep(name, answer);
  }
  if (!(await firstKept())) throw new Error("no page for this person");
  await (await caches.open(FILES)).addAll(SCREEN.files.map((name) => new Request(name, { cache: "no-cache" })));
}

/** A page, read to its end: an answer that nobody reads holds one of the browser's few connections, and the files behind it wait for ever. */
async function ask(name, headers = {}) {
  const answer = await fetch(name, { redirect: "manual", headers: { Accept: "text/html", ...headers } });
  if (!answer.ok && !isRefusal(answer)) return answer;
  return new Response(await answer.blob(), { status: answer.status, headers: answer.headers });
}

/** Keep a page as what its address shows, and beside it the same page in every language: the switch works without a network. */
async function keep(name, answer) {
  const pages = await caches.open(PAGES);
  await pages.put(name, answer.clone());
  await Promise.all(SCREEN.languages.map(async (language) => {
    if (answer.headers.get("content-language") === language) return pages.put(inLanguage(name, language), answer.clone());
    await pages.delete(inLanguage(name, language)); // made for somebody else, or for another site
    const other = await ask(name, { "X-Lims-Language": language }).catch(() => null);
    return other && isOurs(other) ? pages.put(inLanguage(name, language), other) : null;
  }));
}

const inLanguage = (name, language) => `${name}?lang=${language}`;

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
  if (!SCREEN.pages.includes(name)) return fetch(request).catch(async () => Response.redirect(`${await firstKept()}?needs_network=1`));
  const kept = await keptPage(name, address.searchParams.get("lang"));
  const fresh = fetch(request);
  event.waitUntil(fresh.then((answer) => seen(answer.clone(), address)).catch(() => {}));
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([fresh.then((answer) => (isOurs(answer) || isRefusal(answer) ? answer : kept)), late]).catch(() => kept);
}

/** The page that this person comes back to: the tube screen, or what a courier has instead; null where none is kept. */
async function firstKept() {
  const pages = await caches.open(PAGES);
  for (const name of SCREEN.pages) if (await pages.match(name)) return name;
  return null;
}

/** What is kept of a page; a language that is asked for stays the one it is shown in. */
async function keptPage(name, language) {
  const pages = await caches.open(PAGES);
  const asked = language && (await pages.match(inLanguage(name, language)));
  if (asked) await Promise.all(SCREEN.pages.map(async (one) => {
    const page = await pages.match(inLanguage(one, language));
    if (page) await pages.put(one, page);
  }));
  return asked || pages.match(name);
}

/** Our server says that this person may not see the page; a foreign network does not know our headers. */
function isRefusal(answer) {
  return answer.status === 403 && answer.headers.has("content-security-policy");
}

async function seen(answer, address) {
  const plain = [...address.searchParams.keys()].every((name) => KEPT_IN_ADDRESS.includes(name));
  if (plain && isOurs(answer)) await keep(address.pathname, answer);
  if (answer.headers.get("x-lims-screen") && !isOurs(answer)) registration.update();
}
