/** All series of a metric together, from Prometheus's text format. */
export function sumOf(metric: string, text: string): number {
  const samples = text.matchAll(/^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{.*\})? (\S+)/gm);
  return [...samples].reduce((sum, [, name, value]) => sum + (name === metric ? Number(value) : 0), 0);
}
