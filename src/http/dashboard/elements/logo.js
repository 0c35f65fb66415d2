// The logo: a handset that rests on its hook, drawn here so that it takes on the colours of the page.

const SVG = 'http://www.w3.org/2000/svg';

/** @param {string} [name] Class. */
export function logo(name = 'logo') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 32 32');
  svg.setAttribute('class', name);
  svg.setAttribute('aria-hidden', 'true');
  for (const [part, data] of [
    ['handset', 'M4 13.500c0-5 5.500-8 12-8s12 3 12 8v1.200c0 1-.8 1.800-1.800 1.800h-3.400c-1 0-1.800-.8-1.800-1.800v-2c-3.200-1-6.800-1-10 0v2c0 1-.8 1.800-1.800 1.800H5.800c-1 0-1.800-.8-1.800-1.800z'],
    ['hook', 'M12 17.500v3.500M20 17.500v3.500M8.500 26.500c0-3 2-5.500 4.500-5.500h6c2.500 0 4.500 2.500 4.500 5.500z'],
  ]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', part ?? '');
    path.setAttribute('d', data ?? '');
    svg.append(path);
  }
  return svg;
}
