// Light or dark before anything is painted: a plain script, run before the page's modules.
'use strict';
{
  let kept = null;
  try {
    kept = localStorage.getItem('hookswitch.theme');
  } catch {
    // A browser that keeps nothing follows the system.
  }
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
}
