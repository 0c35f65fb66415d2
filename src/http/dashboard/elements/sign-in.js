// The way in: a token is given once, the browser keeps it where no script can read it.

import * as api from '../js/api.js';
import { h, setAttribute, setText, show } from '../js/dom.js';
import { store } from '../js/store.js';
import { PageElement } from './base.js';
import { logo } from './logo.js';

class SignIn extends PageElement {
  build() {
    this.field = h('input', {
      id: 'token', name: 'token', type: 'password', autocomplete: 'current-password', spellcheck: 'false',
      autocapitalize: 'off', required: true, 'aria-describedby': 'token-help sign-in-problem',
    });
    this.problem = h('p', { id: 'sign-in-problem', class: 'problem', role: 'alert', hidden: true });
    this.farewell = h('p', { class: 'notice', role: 'status', hidden: true });
    this.button = h('button', { class: 'primary', type: 'submit' }, 'Sign in');
    this.replaceChildren(
      h('main', { class: 'sign-in' },
        h('div', { class: 'brand' }, logo('logo large'), h('span', { class: 'brand-name' }, 'Hookswitch')),
        h('h1', {}, 'Sign in'),
        h('p', { class: 'lead' }, 'Watch every call your voice agent takes, as it happens.'),
        this.farewell,
        h('form', { novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
          // Password managers keep the token under this name.
          h('input', { type: 'text', autocomplete: 'username', value: 'hookswitch', class: 'unseen', tabindex: '-1', 'aria-hidden': 'true' }),
          h('label', { for: 'token' }, 'Access token'),
          this.field,
          this.problem,
          this.button),
        h('details', { id: 'token-help' },
          h('summary', {}, 'Where do I get a token?'),
          h('p', {}, 'The server prints one when it starts for the first time. Whoever runs it can make more, for example one that may only look:'),
          h('pre', {}, h('code', {}, 'hookswitch token create --role viewer')))));
  }

  update() {
    if (!this.farewell || !this.field) return;
    setText(this.farewell, store.farewell);
    show(this.farewell, store.farewell !== '');
    this.field.focus({ preventScroll: true });
  }

  listen() {
    this.updateOn('session');
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const { field, button } = this;
    if (!field || !button) return;
    const token = field.value.trim();
    if (token === '') {
      this.#fail('Enter your access token.');
      return;
    }
    this.#fail('');
    button.disabled = true;
    setText(button, 'Signing in…');
    try {
      await api.login(token);
      field.value = '';
      store.enter(await this.#kept());
    } catch (problem) {
      this.#fail(this.#words(problem));
    } finally {
      button.disabled = false;
      setText(button, 'Sign in');
    }
  }

  /** A browser may drop the cookie: one for https only, on a page without. */
  async #kept() {
    try {
      return await api.who();
    } catch (problem) {
      if (!(problem instanceof api.Problem) || problem.status !== 401) throw problem;
      throw new api.Problem(
        0,
        'The token is good, but this browser did not keep the sign-in.',
        'Open this page under its https address, and allow cookies for it.',
      );
    }
  }

  /** @param {unknown} problem */
  #words(problem) {
    if (!(problem instanceof api.Problem)) return 'Something went wrong. Try again.';
    if (problem.status === 401) {
      return 'This token is not valid here. It may be mistyped, expired or revoked.';
    }
    return `${problem.message} ${problem.hint}`.trim();
  }

  /** @param {string} words */
  #fail(words) {
    if (!this.problem || !this.field) return;
    setText(this.problem, words);
    show(this.problem, words !== '');
    setAttribute(this.field, 'aria-invalid', words === '' ? null : 'true');
    if (words !== '') this.field.select();
  }
}

customElements.define('hs-sign-in', SignIn);
