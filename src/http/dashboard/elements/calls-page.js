// The first page: the numbers, the live calls, what was earlier, and what was booked beside it.

import { h, own } from '../js/dom.js';
import { PageElement } from './base.js';
import './booking-list.js';
import './call-list.js';
import './counts.js';
import './earlier-list.js';

class CallsPage extends PageElement {
  build() {
    this.append(
      h('div', { class: 'page' },
        h('h1', { class: 'unseen', tabindex: '-1' }, 'Live calls'),
        own('hs-counts'),
        h('div', { class: 'columns' },
          h('div', { class: 'column-main' }, own('hs-call-list', { class: 'panel' }), own('hs-earlier-list')),
          h('aside', { class: 'column-side panel', 'aria-label': 'Bookings made today' },
            h('h2', {}, 'Booked today', h('span', { class: 'heading-count' }, 'newest first')), own('hs-booking-list', { which: 'made', short: true })))));
  }
}

customElements.define('hs-calls-page', CallsPage);
