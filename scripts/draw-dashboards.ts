/** Draws every dashboard from a running Prometheus: `node scripts/draw-dashboards.ts --prometheus <url> [--minutes 15]`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { DASHBOARDS } from './dashboards/dashboards.ts';
import { drawDashboard } from './dashboards/picture.ts';
import { askPrometheus } from './dashboards/series.ts';

const folder = new URL('../docs/dashboards/', import.meta.url);
const options = { prometheus: { type: 'string' }, minutes: { type: 'string', default: '15' } } as const;

const { prometheus, minutes } = parseArgs({ options }).values;
if (prometheus === undefined || !(Number(minutes) > 0)) {
  process.stderr.write('--prometheus <url> is needed (`npm run stack` prints one), --minutes is a number above 0\n');
  process.exit(2);
}
const to = Math.floor(Date.now() / 1_000);
const span = { from: to - Number(minutes) * 60, to, stepSeconds: Math.max(5, Math.round(Number(minutes) / 4)) };
await mkdir(folder, { recursive: true });
for (const dashboard of DASHBOARDS) {
  const picture = await drawDashboard(dashboard, span, (promql, within) => askPrometheus(prometheus, promql, within));
  const file = new URL(`${dashboard.uid.replace('segments-', '')}.svg`, folder);
  await writeFile(file, picture);
  process.stdout.write(`${file.pathname}\n`);
}
