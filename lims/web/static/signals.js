// What is heard and felt after a scan: signals that cannot be taken for one another, by pitch, length, number and direction.
const SIGNALS = {
  ok: { tones: [[1400, 0.09]], pattern: [60] },
  full: { tones: [[1400, 0.09], [1800, 0.18]], pattern: [60, 60, 60] },
  again: { tones: [[700, 0.1], [700, 0.1]], pattern: [40, 80, 40] },
  over: { tones: [[1800, 0.12], [900, 0.12], [450, 0.2]], pattern: [200, 60, 60] },
  kind: { tones: [[450, 0.12], [900, 0.12], [450, 0.12]], pattern: [60, 60, 200] },
  unsure: { tones: [[1400, 0.09], [450, 0.25]], pattern: [60, 60, 300] },
  wrong: { tones: [[220, 0.4]], pattern: [400] },
  problem: { tones: [[220, 0.25], [165, 0.25], [220, 0.25], [165, 0.25]], pattern: [400, 100, 400, 100, 400] },
  notice: { tones: [[880, 0.2], [1175, 0.2], [880, 0.2], [1175, 0.3]], pattern: [300, 150, 300] },
};

let sound = null;

/**
 * Give the signal `ok`, `full` (the tube is complete), `again` (known already), `over` (no place any more), `kind` (a code of
 * another kind), `unsure` (taken, but look), `wrong` (misread, not understood), `problem` (not kept, or the server said no) or `notice` (officials are told something). An open camera shows it.
 */
export function signal(name) {
  document.dispatchEvent(new CustomEvent("lims:signal", { detail: name }));
  const { tones, pattern } = SIGNALS[name];
  navigator.vibrate?.(pattern);
  try {
    sound ??= new AudioContext();
    if (sound.state === "suspended") sound.resume();
    let at = sound.currentTime;
    for (const [hertz, seconds] of tones) {
      const tone = new OscillatorNode(sound, { frequency: hertz, type: "square" });
      tone.connect(new GainNode(sound, { gain: 0.08 })).connect(sound.destination);
      tone.start(at);
      tone.stop(at + seconds);
      at += seconds + 0.06;
    }
  } catch {
    // A device without sound still shows and vibrates.
  }
}

/** Whether this page may sound already: browsers are silent until somebody has touched it. */
export function audible() {
  sound ??= new AudioContext();
  return sound.state === "running";
}
