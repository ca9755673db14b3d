// The part of the camera's picture that lies under the aiming window.

/**
 * Where the window lies on the video's own dots: {x, y, width, height}. `box` is how the video is shown (it covers the box,
 * centred, so that some of it is cut off), `aim` the window; both as {left, top, width, height} on the page.
 */
export function underAim(video, box, aim) {
  const shownAs = Math.max(box.width / video.width, box.height / video.height);
  const left = (video.width - box.width / shownAs) / 2;
  const top = (video.height - box.height / shownAs) / 2;
  return {
    x: left + (aim.left - box.left) / shownAs,
    y: top + (aim.top - box.top) / shownAs,
    width: aim.width / shownAs,
    height: aim.height / shownAs,
  };
}

/** Draw what is under the window, at most `widest` dots wide; null while the camera shows nothing yet. */
export function cut(video, aim, canvas, widest) {
  if (!video.videoWidth || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  const size = { width: video.videoWidth, height: video.videoHeight };
  const { x, y, width, height } = underAim(size, video.getBoundingClientRect(), aim.getBoundingClientRect());
  const smaller = Math.min(1, widest / width);
  canvas.width = Math.round(width * smaller);
  canvas.height = Math.round(height * smaller);
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, x, y, width, height, 0, 0, canvas.width, canvas.height);
  return canvas;
}
