// The connection to the feed: opens it, notices when it is dead, opens it again. Owns waiting and the state
// that the page shows; knows nothing of what the frames mean.

/** @import { Frame, PongFrame, SignedIn } from './types.js' */

import * as api from './api.js';

/** Silence after which one asks whether anybody is there, milliseconds. */
const QUIET = 5_000;

/** How long the answer may take. */
const ANSWER = 4_000;

/** How long opening may take. */
const OPENING = 8_000;

/** Waits before another try double from the first to the longest. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/**
 * `connecting`: the first time; `live`: what is shown is so; `reconnecting`: it may be old; `offline`: this device says
 * that it has no network.
 * @typedef {'connecting' | 'live' | 'reconnecting' | 'offline'} LinkState
 */

/**
 * @typedef {object} Listener
 * @property {() => string} query What to ask the feed for.
 * @property {(frame: Frame) => void} frame
 * @property {(pong: PongFrame) => void} caughtUp Everything there was has come.
 * @property {(state: LinkState) => void} state
 * @property {(who: SignedIn) => void} known The server answers again, and this is who it takes one for.
 * @property {() => void} refused The token is no longer good.
 */

export class Connection {
  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {LinkState} */
    this.state = 'connecting';
    this.failures = 0;
    /** When the server was heard last, by this device's steady clock. */
    this.heard = performance.now();
    this.opened = false;
    this.closed = false;
    /** Grows with each try, so that what belongs to an earlier one is seen to be late. */
    this.tries = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.deadline = undefined;
    this.pulse = setInterval(() => this.#pulse(), 1_000);
    this.wake = () => this.#wake();
    this.lost = () => this.#lost();
    for (const event of ['online', 'focus', 'pageshow']) addEventListener(event, this.wake);
    addEventListener('offline', this.lost);
    document.addEventListener('visibilitychange', this.wake);
    this.#open();
  }

  close() {
    this.closed = true;
    clearInterval(this.pulse);
    for (const event of ['online', 'focus', 'pageshow']) removeEventListener(event, this.wake);
    removeEventListener('offline', this.lost);
    document.removeEventListener('visibilitychange', this.wake);
    this.#drop();
  }

  #drop() {
    clearTimeout(this.waiting);
    clearTimeout(this.deadline);
    this.waiting = undefined;
    this.deadline = undefined;
    this.tries += 1;
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  /** @param {LinkState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.listener.state(state);
  }

  async #open() {
    this.#drop();
    const attempt = this.tries;
    // A WebSocket that is refused does not say why, so the question is put where the answer can be read.
    let who;
    try {
      who = await api.who();
    } catch (problem) {
      if (attempt !== this.tries || this.closed) return;
      if (problem instanceof api.Problem && problem.status === 401) this.listener.refused();
      else this.#again();
      return;
    }
    if (attempt !== this.tries || this.closed) return;
    this.listener.known(who);
    const address = new URL(`/api/feed?${this.listener.query()}`, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    this.socket = socket;
    this.opened = false;
    this.deadline = setTimeout(() => this.#broken(), OPENING);
    socket.onopen = () => {
      this.opened = true;
      this.heard = performance.now();
      clearTimeout(this.deadline);
      // Answered after the first frames: then everything is there.
      this.#ask();
    };
    socket.onmessage = (message) => this.#take(message.data);
    socket.onclose = () => this.#broken();
  }

  #ask() {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.#broken(), ANSWER);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send('ping');
  }

  /** @param {unknown} data */
  #take(data) {
    this.heard = performance.now();
    // Any frame is a sign of life; while they pour in, the answer may wait behind them.
    if (this.deadline !== undefined) {
      clearTimeout(this.deadline);
      this.deadline = this.state === 'live' ? undefined : setTimeout(() => this.#broken(), ANSWER);
    }
    /** @type {Frame} */
    let frame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return;
    }
    if (frame.type !== 'pong') {
      this.listener.frame(frame);
      return;
    }
    clearTimeout(this.deadline);
    this.deadline = undefined;
    this.failures = 0;
    this.listener.caughtUp(frame);
    this.#become('live');
  }

  #pulse() {
    const quiet = performance.now() - this.heard;
    if (this.opened && this.socket && this.deadline === undefined && quiet > QUIET) this.#ask();
  }

  #broken() {
    this.#drop();
    if (!this.closed) this.#again();
  }

  #again() {
    this.#become(navigator.onLine ? 'reconnecting' : 'offline');
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
    // After an outage not every page should come back in the same moment.
    const wait = longest / 2 + (Math.random() * longest) / 2;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#open(), wait);
  }

  /** Something suggests that it may go again: a wait is cut short, a quiet connection is asked. */
  #wake() {
    if (document.visibilityState === 'hidden') return;
    if (this.waiting !== undefined) {
      this.failures = 0;
      this.#open();
    } else if (this.opened && this.socket && this.deadline === undefined) {
      this.#ask();
    }
  }

  /** The device says that it lost its network; it need not be so, as with a server on the same machine. */
  #lost() {
    if (this.socket && this.opened) this.#ask();
    else this.#become('offline');
  }
}
