// What is heard and felt after a scan: four signals that cannot be taken for one another.
const SIGNALS = {
  ok: { tones: [[1400, 0.09]], pattern: [60] },
  full: { tones: [[1400, 0.09], [1800, 0.18]], pattern: [60, 60, 60] },
  again: { tones: [[700, 0.1], [700, 0.1]], pattern: [40, 80, 40] },
  wrong: { tones: [[220, 0.4]], pattern: [400] },
};

let sound = null;

/** Give the signal `ok`, `full` (the tube is complete), `again` (known already) or `wrong`. */
export function signal(name) {
  const { tones, pattern } = SIGNALS[name];
  navigator.vibrate?.(pattern);
  try {
    sound ??= new AudioContext();
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
