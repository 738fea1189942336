/** Pages of which a part is generated: between `<!-- generated: name -->` and `<!-- end -->`. */

/** @throws Error, naming the page, for one without the place */
export function filled(page: string, [name, text]: readonly [name: string, text: string], file: string): string {
  const [start, end] = [`<!-- generated: ${name} -->\n`, '<!-- end -->'];
  const from = page.indexOf(start) + start.length;
  const to = page.indexOf(end, from);
  if (from < start.length || to < 0) throw new Error(`${file} has no ${start.trim()} … ${end}`);
  return `${page.slice(0, from)}${text}${page.slice(to)}`;
}

export const markdown = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
