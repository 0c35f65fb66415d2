// Says which connections do not work and which bookings somebody has to see to, above whatever page is shown.

import { h, show } from '../js/dom.js';
import { store } from '../js/store.js';
import { PageElement } from './base.js';

/** Lines that are shown; the others are counted. */
const LINES = 3;

class TroubleBanner extends PageElement {
  build() {
    this.lines = h('ul', {});
    this.box = h('section', { class: 'trouble-banner', hidden: true, role: 'status', 'aria-label': 'Needs attention' }, this.lines);
    this.append(this.box);
  }

  listen() {
    this.updateOn('troubles', 'filter', 'orgs');
  }

  update() {
    if (!this.box || !this.lines) return;
    const troubles = store.troubles.list((org) => store.shows(org));
    show(this.box, troubles.length > 0);
    const words = troubles.slice(0, LINES).map((trouble) =>
      store.several ? `${store.orgName(trouble.org)}: ${trouble.words}` : trouble.words);
    if (troubles.length > LINES) words.push(`and ${troubles.length - LINES} more`);
    this.lines.replaceChildren(...words.map((line) => h('li', {}, line)));
  }
}

customElements.define('hs-trouble-banner', TroubleBanner);
