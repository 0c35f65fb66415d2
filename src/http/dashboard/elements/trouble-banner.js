// Says which connections do not work and which bookings somebody has to see to, above whatever page is shown.

import { h, show } from '../js/dom.js';
import { store } from '../js/store.js';
import { PageElement } from './base.js';

/** Lines that are shown; the others are counted. */
const LINES = 3;

/** Roles that may connect an organisation to a provider. */
const MAY_CONNECT = new Set(['admin', 'org']);

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
    const lines = troubles.slice(0, LINES).map((trouble) => {
      const words = store.several ? `${store.orgName(trouble.org)}: ${trouble.words}` : trouble.words;
      return h('li', {}, words, ...this.way(trouble.link));
    });
    if (troubles.length > LINES) lines.push(h('li', {}, `and ${troubles.length - LINES} more`));
    this.lines.replaceChildren(...lines);
  }

  /**
   * How it is put right, for those who may. In a tab of its own, since the calls go on meanwhile.
   * @param {string | null} link
   */
  way(link) {
    if (!link || !MAY_CONNECT.has(store.session?.role ?? '')) return [];
    return [' ', h('a', { href: link, target: '_blank', rel: 'noopener' }, 'Connect again')];
  }
}

customElements.define('hs-trouble-banner', TroubleBanner);
