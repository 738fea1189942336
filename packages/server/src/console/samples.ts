/** What Prometheus would read, read by the console: the figures of every process of this server, added up. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export function samplesOf(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: labelsOf(labels), value: Number(value) }];
  });
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, value.replaceAll(/\\(.)/g, '$1')]);
  return Object.fromEntries(pairs);
}

/** Of samples that have these labels. */
export function sumOf(samples: readonly Sample[], name: string, labels: Sample['labels'] = {}): number {
  const wanted = Object.entries(labels);
  const fits = (sample: Sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value);
  return samples.reduce((sum, sample) => (fits(sample) ? sum + sample.value : sum), 0);
}

/** Values of a label, sorted. */
export function valuesOf(samples: readonly Sample[], name: string, label: string): readonly string[] {
  const all = samples.flatMap((sample) => (sample.name === name ? [sample.labels[label] ?? ''] : []));
  return [...new Set(all)].sort();
}
