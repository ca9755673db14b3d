// Light, zoom and lens: shown where the camera has them.
import { words } from "../words.js";
import { lenses, rememberLens } from "./camera_stream.js";

const at = (id) => document.getElementById(id);

/** Draw what this track can do. */
export async function drawControls(track) {
  const able = track.getCapabilities?.() ?? {};
  drawTorch(track, able);
  drawZoom(track, able);
  const known = await lenses();
  const here = track.getSettings().deviceId;
  at("camera-lens").closest("label").hidden = known.length < 2;
  at("camera-lens").replaceChildren(...known.map(({ id, label }, place) => new Option(label || words("camera_number", { number: place + 1 }), id, false, id === here)));
}

function drawTorch(track, able) {
  const button = at("camera-torch");
  button.hidden = !able.torch;
  button.setAttribute("aria-pressed", "false");
  button.onclick = async () => {
    const lit = button.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: lit }] }).then(() => button.setAttribute("aria-pressed", String(lit)), () => {});
  };
}

function drawZoom(track, able) {
  const slider = at("camera-zoom");
  const { min, max, step } = able.zoom ?? {};
  slider.closest("label").hidden = !(max > min);
  if (!(max > min)) return;
  Object.assign(slider, { min, max, step: step || 0.1, value: track.getSettings().zoom ?? min });
  slider.oninput = () => track.applyConstraints({ advanced: [{ zoom: Number(slider.value) }] }).catch(() => {});
}

/** `chosen` is called when another lens is wanted; it is remembered on this device. */
export function onLens(chosen) {
  at("camera-lens").addEventListener("change", (event) => {
    rememberLens(event.target.value);
    chosen();
  });
}
