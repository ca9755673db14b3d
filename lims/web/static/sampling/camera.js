// The camera beside a scan field: a live view in the page, whose codes go where a handheld scanner's go.
import { say, told, words } from "../words.js";
import { drawControls, onLens } from "./camera_controls.js";
import { cut } from "./camera_frame.js";
import { chooseReader, Unable } from "./camera_readers.js";
import { sight } from "./camera_sight.js";
import { askForLens, checkAddress, showStream, stopStream } from "./camera_stream.js";

const at = (id) => document.getElementById(id);
const LEAST_REST = 40; // ms for everything else of the page
const FLASH = 900; // ms
const canvas = document.createElement("canvas");
let opening = 0; // each opening has its number: what belongs to an earlier one ends by itself
let wanted = false;

/** Have the page's camera button open the camera; `scanned` is called with each code, `input` keeps the focus. */
export function cameraBeside(input, scanned) {
  const ready = () => input.focus({ preventScroll: true });
  // Where another window has taken over, the field is disabled, and so is what stands beside it.
  const go = () => open((code) => input.disabled || scanned(code));
  at("camera").addEventListener("click", () => {
    if (wanted) close();
    else go();
    ready();
  });
  for (const id of ["camera-torch", "camera-zoom"]) at(id).addEventListener("pointerup", () => setTimeout(ready));
  onLens(() => (go(), ready()));
  addEventListener("pagehide", () => close());
  // Whoever takes a call meanwhile finds the camera open again; until then it is free.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) letGo();
    else if (wanted) go();
  });
  document.addEventListener("lims:signal", ({ detail }) => wanted && flash(detail));
}

async function open(scanned) {
  letGo();
  const mine = opening;
  wanted = true;
  draw("camera_starting");
  try {
    checkAddress();
    const reader = await chooseReader(told("camera"));
    if (mine === opening) await show(mine, reader, scanned);
  } catch (fault) {
    if (mine !== opening) return;
    close(fault instanceof Unable ? words(fault.message) : words("camera_fault"));
    if (!(fault instanceof Unable)) console.error(fault);
  }
}

async function show(mine, reader, scanned) {
  const video = at("camera-video");
  const stream = await askForLens();
  if (mine !== opening) return stopStream(stream);
  const track = await showStream(video, stream);
  track.addEventListener("ended", () => mine === opening && close(words("camera_held")));
  await drawControls(track);
  draw(reader.name);
  at("camera-view").scrollIntoView({ block: "start", behavior: "smooth" });
  const look = sight();
  while (mine === opening) {
    const began = performance.now();
    const codes = cut(video, at("camera-aim"), canvas, reader.widest) ? await reader.read(canvas) : [];
    if (mine !== opening) return undefined;
    const { fresh, several } = look(codes, performance.now());
    if (fresh !== null) scanned(fresh);
    draw(several ? "camera_several" : reader.name);
    const took = performance.now() - began;
    const rest = Math.max(reader.pause - took, reader.blocks ? took : LEAST_REST);
    await new Promise((resolve) => setTimeout(resolve, rest));
  }
  return undefined;
}

function letGo() {
  opening += 1;
  const video = at("camera-video");
  stopStream(video.srcObject);
  video.srcObject = null;
}

/** Free the camera; `why` says what to do where it was not the person who closed it. */
function close(why = "") {
  letGo();
  wanted = false;
  draw("");
  at("camera-cannot").textContent = why;
  at("camera-cannot").hidden = !why;
  if (why) say(why, "bad");
}

function draw(says) {
  at("camera").setAttribute("aria-pressed", String(wanted));
  at("camera-view").hidden = !wanted;
  if (wanted) at("camera-cannot").hidden = true;
  const line = at("camera-says");
  const sentence = says && words(says);
  if (line.textContent !== sentence) line.textContent = sentence;
}

/** The picture takes the colour and the sign of what has come of a code. */
function flash(kind) {
  const sign = at("camera-flash");
  sign.parentElement.dataset.signal = kind;
  sign.animate([{ opacity: 1 }, { opacity: 1, offset: 0.5 }, { opacity: 0 }], FLASH);
}
