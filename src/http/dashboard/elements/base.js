// What the page's elements have in common: built once, listening while they are on the page.

import { everySecond } from '../js/clock.js';
import { store } from '../js/store.js';

/** @import { Topic } from '../js/store.js' */

export class PageElement extends HTMLElement {
  constructor() {
    super();
    this.built = false;
    /** @type {(() => void)[]} */
    this.endings = [];
  }

  connectedCallback() {
    if (!this.built) {
      this.built = true;
      this.build();
    }
    this.listen();
    this.update();
  }

  disconnectedCallback() {
    for (const end of this.endings) end();
    this.endings = [];
  }

  /** Makes what is inside, once. */
  build() {}

  /** Says what to listen to, each time the element comes onto the page. */
  listen() {}

  /** Shows things as they are now. */
  update() {}

  /** @param {...Topic} topics */
  updateOn(...topics) {
    for (const topic of topics) this.endings.push(store.on(topic, () => this.update()));
  }

  /** @param {() => void} tick */
  eachSecond(tick) {
    this.endings.push(everySecond(tick));
  }
}
