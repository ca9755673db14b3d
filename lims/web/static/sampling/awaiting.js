// The one who has signed waits for the other: when the second signature is there, the page says so.
import { ask } from "../send.js";
import { told } from "../words.js";

const LOOK = 3000; // ms

setInterval(async () => {
  const heard = await ask(`/sampling/api/handovers/${told("handover")}`);
  if (heard.ok && heard.answer.signed_at) location.reload();
}, LOOK);
