// The page on the device: the service worker keeps it, and a new version of it waits until no tube is open.
const LOOK = 2000; // ms: how often a new version looks whether its moment has come
const ASK = 3600000; // ms: how often a page that stays open asks for a new version
let worker = null; // a new version, ready
let stale = false; // a new version has taken over; this page is still the old one

/** Have the page kept on the device; `isIdle` says whether it may be loaded anew: nothing open, nothing on its way. */
export async function begin(isIdle) {
  const keeper = navigator.serviceWorker;
  if (!keeper) return;
  const before = keeper.controller;
  keeper.addEventListener("controllerchange", () => (stale = Boolean(before)));
  setInterval(() => {
    if (!isIdle()) return;
    if (stale) location.reload();
    else worker?.postMessage("take over");
  }, LOOK);
  try {
    const registration = await keeper.register("/sampling/worker.js", { updateViaCache: "none" });
    worker = registration.waiting;
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      coming?.addEventListener("statechange", () => coming.state === "installed" && before && (worker = coming));
    });
    setInterval(() => registration.update().catch(() => {}), ASK);
  } catch {
    // Without it the page works as long as it is open; the next visit tries again.
  }
}
