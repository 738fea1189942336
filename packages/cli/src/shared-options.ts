/** Options that commands share with all others of their program. */
import type { Cli } from './command.ts';
import { type Option, type OptionTable, optionalText } from './option.ts';

const metricsFile = optionalText({
  description: 'figures of the run, for the textfile collector of node_exporter; its name ends in .prom',
  placeholder: '<path>',
});

/** Options of every command of a program that has a metrics prefix. */
export const watchedOptions: {
  readonly metricsFile: Option<string | undefined>;
  readonly otlpEndpoint: Option<string | undefined>;
} = {
  metricsFile: {
    ...metricsFile,
    parse(value) {
      if (value.endsWith('.prom')) return value;
      throw new RangeError('expected a path that ends in .prom, the collector reads no other');
    },
  },
  otlpEndpoint: optionalText({
    description: 'traces and metrics go there by OTLP/HTTP; OTEL_EXPORTER_OTLP_ENDPOINT does the same',
    placeholder: '<url>',
  }),
};

export const sharedOptions = ({ metricsPrefix }: Cli): OptionTable =>
  metricsPrefix === undefined ? {} : watchedOptions;
