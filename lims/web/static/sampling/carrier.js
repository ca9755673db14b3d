// What each page beside the tube screen does that works without a network: it is kept on the device, what waits there goes out
// from it too, and it says in the same words what the network is doing.
import { say, told, words } from "../words.js";
import { drawLetters } from "./letterbox.js";
import * as letters from "./letters.js";
import { begin } from "./offline.js";
import * as outbox from "./outbox.js";
import { isBusy, sendSoon, start } from "./sender.js";
import * as time from "./time.js";
import * as view from "./view.js";

const LOOK = 5000; // ms
let deskElsewhere = false;
let reached = { kind: navigator.onLine ? "done" : "network" };

/**
 * Open what is kept and begin to send what is of this site. `heard` is told of every attempt ({kind, letter, …}); `isIdle` says whether the page may be loaded anew when there is a new version.
 */
export async function carry({ site }, { heard = () => {}, isIdle = () => true } = {}) {
  try {
    await outbox.open();
    await letters.open(draw);
    await time.prepare(told("today"));
  } catch {
    view.warn("device", words("device_broken"));
  }
  addEventListener("offline", () => learn({ kind: "network" }));
  addEventListener("online", () => learn({ kind: "done" }));
  draw();
  if (new URLSearchParams(location.search).has("needs_network")) say(words("needs_network"), "bad");
  begin(() => isIdle() && !isBusy());
  await lookForDesk();
  setInterval(lookForDesk, LOOK);
  const hear = (attempted) => {
    learn(attempted);
    heard(attempted);
  };
  // A tube screen in another window sends its tubes itself: it may be putting one right.
  start(site, hear, () => deskElsewhere);
}

async function lookForDesk() {
  deskElsewhere = (await navigator.locks?.query())?.held.some(({ name }) => name === "lims.desk") ?? false;
}

/** Keep a letter, show that it waits, and send it; answers when it is on disk. */
export async function tell(letter) {
  await letters.write(letter);
  draw();
  sendSoon();
}

/** How the server was reached, by this or by another request of the page. */
export function learn(attempted) {
  reached = attempted;
  draw();
}

function draw() {
  drawLetters(draw);
  const tubes = outbox.all().filter((record) => record.standing !== "open").length;
  view.drawNetwork(reached, tubes + letters.all().length);
}
