/** Who wrote a run, for its manifest. */
export const producer = { name: 'segment-compute', version: '0.1.0' } as const;
