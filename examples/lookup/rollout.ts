/** A gate and an experiment over a running server (npm start): node rollout.ts [customer] */
// #region rollout
import { createSegmentClient } from '@segment-store/sdk';
import { createRollout } from '@segment-store/sdk/rollout';

const client = createSegmentClient({ baseUrl: process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080' });
const rollout = createRollout({
  client,
  rules: {
    version: '2026-11-26',
    gates: {
      'new-checkout': { stages: [{ cities: ['Lyon'], countries: ['France'], percent: 100 }, { percent: 1 }] },
    },
    experiments: {
      'win-back': {
        segment: 'recurrent-customers:country:France',
        variants: [
          { name: 'control', weight: 50 },
          { name: 'discount', weight: 50 },
        ],
      },
    },
  },
  onExposure: ({ experiment, variant, exposureId }) => console.error(experiment, variant, exposureId),
});

const customer = process.argv[2] ?? '12583';
const isOpen = rollout.isOpen('new-checkout', customer, { city: 'Lyon', country: 'France' });
const { variant } = await rollout.assign('win-back', customer);
// #endregion
console.log(isOpen, variant);
rollout.close();
await client.close();
