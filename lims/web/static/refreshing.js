// A screen that refreshes itself: a wall, the bench in the morning. Where the server is away the last figures stay, marked as such, and
// it tries on; where there is no such page any more (a wall's link was revoked), it shows that and no figures. Whoever stands on something in the page by keyboard is not thrown off it.
const EVERY = 30000; // ms

const somebodyStands = () => document.querySelector("main").contains(document.activeElement);

async function refresh() {
  if (somebodyStands()) return;
  const stale = document.getElementById("stale");
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (response.status === 404) return location.reload();
    if (!response.ok) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("main");
    if (somebodyStands()) return; // came while the answer was on its way
    document.querySelector("main").replaceWith(document.adoptNode(fresh));
  } catch {
    stale.hidden = false;
  }
}

setInterval(refresh, EVERY);
