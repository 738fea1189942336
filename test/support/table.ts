/** The table of a Markdown page that has these columns: its rows, cell by cell. */
export function rowsOf(markdown: string, columns: readonly string[]): readonly (readonly string[])[] {
  const lines = markdown.split('\n').map(cellsOf);
  const header = lines.findIndex((cells) => cells?.join() === columns.join());
  if (header === -1) throw new Error(`the page has no table of ${columns.join(', ')}`);
  const below = lines.slice(header + 2);
  const end = below.indexOf(undefined);
  return below.slice(0, end === -1 ? below.length : end).filter((cells) => cells !== undefined);
}

function cellsOf(line: string): readonly string[] | undefined {
  if (!line.startsWith('|')) return undefined;
  const cells = line.split('|').slice(1, -1);
  return cells.map((cell) => cell.trim());
}
