// The server's time as far as this page knows it, and the one timer behind everything that ticks.
// The server's clock counts, not this device's: that one may be wrong, and the demo plays on another day.

/** Milliseconds by which the server's clock is ahead of this device's steady one. */
let ahead = Date.now() - performance.now();

/** Frozen time while nothing is heard from the server; what is stale must not go on ticking. */
/** @type {number | null} */
let stopped = null;

/** @type {Set<() => void>} */
const listeners = new Set();

/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

/**
 * The server has said what time it is.
 * @param {string} time RFC 3339.
 */
export function setServerTime(time) {
  const at = Date.parse(time);
  if (Number.isFinite(at)) ahead = at - performance.now();
}

/** The server's time now, milliseconds since 1970; stands still while the connection is lost. */
export function now() {
  return stopped ?? running();
}

/** The server's time now, whether or not it can be heard. */
export function running() {
  return performance.now() + ahead;
}

/**
 * Time stands still, at the last moment that is known to be true.
 * @param {number} ago When that was, milliseconds.
 */
export function stop(ago) {
  stopped ??= running() - ago;
}

/** Time goes on. */
export function go() {
  stopped = null;
}

/**
 * Calls `listener` each second, for as long as it stays; gives what ends that.
 * @param {() => void} listener
 */
export function everySecond(listener) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const tick of listeners) tick();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
