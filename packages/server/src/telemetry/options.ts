/** What the server tells of itself besides figures. */
import { type Option, optionalText } from '@segment-store/cli/option';
import { ratio } from '@segment-store/cli/quantity';

export interface TelemetrySettings {
  readonly logSample: number;
  readonly otlpEndpoint: string | undefined;
}

export const telemetryOptions: { readonly [Name in keyof TelemetrySettings]: Option<TelemetrySettings[Name]> } = {
  logSample: ratio({
    description: 'requests that are logged though neither errors nor slow; on a terminal none is',
    fallback: '1%',
  }),
  otlpEndpoint: optionalText({
    placeholder: '<url>',
    description: 'traces go there by OTLP/HTTP; OTEL_EXPORTER_OTLP_ENDPOINT does the same',
  }),
};
