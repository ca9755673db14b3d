// A wall screen refreshes itself. Where the server is away the last figures stay, marked as such, and it tries on.
const EVERY = 30000; // ms

async function refresh() {
  const stale = document.getElementById("stale");
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("main");
    document.querySelector("main").replaceWith(document.adoptNode(fresh));
  } catch {
    stale.hidden = false;
  }
}

setInterval(refresh, EVERY);
