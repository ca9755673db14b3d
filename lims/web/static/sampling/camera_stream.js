// The camera itself: which lens, what it can do, and letting go of it.
import { Unable } from "./camera_readers.js";

const REMEMBERED = "lims.camera.lens";
const SIZE = { width: { ideal: 1920 }, height: { ideal: 1080 } };
const WHY = {
  NotAllowedError: "camera_refused", SecurityError: "camera_refused", NotFoundError: "camera_none", OverconstrainedError: "camera_none",
  NotReadableError: "camera_held", AbortError: "camera_held",
};

/** Whether this page may ask for a camera at all: browsers give none to an address without https. */
export function checkAddress() {
  if (!globalThis.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw new Unable("camera_insecure");
}

/** The picture of the remembered lens, or of the one at the back: a stream, to be let go with `stopStream`. */
export async function askForLens() {
  const remembered = localStorage.getItem(REMEMBERED);
  try {
    return (remembered && (await asked({ deviceId: { exact: remembered } }).catch(forgotten))) || (await asked({ facingMode: { ideal: "environment" } }));
  } catch (fault) {
    throw new Unable(WHY[fault.name] ?? "camera_held");
  }
}

/** Show it in a video element, sharp at any distance where the lens can. → its track. */
export async function showStream(video, stream) {
  video.srcObject = stream;
  await video.play();
  const [track] = stream.getVideoTracks();
  await track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {});
  return track;
}

function asked(which) {
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, ...which } });
}

/** A lens that is not there any more is forgotten; any other fault is one. */
function forgotten(fault) {
  if (fault.name !== "OverconstrainedError" && fault.name !== "NotFoundError") throw fault;
  localStorage.removeItem(REMEMBERED);
  return null;
}

export function stopStream(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** {id, label} of every camera, those at the back first. */
export async function lenses() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const front = ({ label }) => Number(/front|user|前/i.test(label));
  return devices.filter(({ kind }) => kind === "videoinput").map(({ deviceId, label }) => ({ id: deviceId, label })).toSorted((one, other) => front(one) - front(other));
}

export function rememberLens(id) {
  localStorage.setItem(REMEMBERED, id);
}
