// Light, dark, or as the system says. The choice is remembered in this browser; it is no secret.

import { h, icon, setAttribute } from '../js/dom.js';
import { ICONS } from '../js/icons.js';
import { PageElement } from './base.js';

const KEPT = 'hookswitch.theme';

/** @type {('system' | 'light' | 'dark')[]} */
const ORDER = ['system', 'light', 'dark'];

const ICON = { system: ICONS.system, light: ICONS.sun, dark: ICONS.moon };

class ThemeButton extends PageElement {
  build() {
    this.button = h('button', { class: 'icon-button', type: 'button', onclick: () => this.#next() });
    this.append(this.button);
  }

  /** @returns {'system' | 'light' | 'dark'} */
  get theme() {
    const set = document.documentElement.dataset['theme'];
    return set === 'light' || set === 'dark' ? set : 'system';
  }

  update() {
    if (!this.button) return;
    const words = `Colours: ${this.theme === 'system' ? 'as the system' : this.theme}`;
    this.button.replaceChildren(icon(ICON[this.theme]));
    setAttribute(this.button, 'aria-label', words);
    setAttribute(this.button, 'title', words);
  }

  #next() {
    const next = ORDER[(ORDER.indexOf(this.theme) + 1) % ORDER.length] ?? 'system';
    const root = document.documentElement;
    if (next === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = next;
    try {
      if (next === 'system') localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, next);
    } catch {
      // Then it lasts until the page is closed.
    }
    this.update();
  }
}

customElements.define('hs-theme-button', ThemeButton);
