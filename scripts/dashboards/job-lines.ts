/** What runs and messages look like on more than one dashboard. */
import type { Line } from './dashboard.ts';

/** Loads of watch, or their parts, by what became of them. */
export const ingested = (item: 'run' | 'part'): Line => ({
  query: { kind: 'level', metric: 'segment_ingest_items', where: { item }, by: ['state'], take: 'sum' },
  legend: '{{state}}',
});

const METRICS = {
  waiting: 'aws_sqs_approximate_number_of_messages_visible_average',
  beingLoaded: 'aws_sqs_approximate_number_of_messages_not_visible_average',
  oldestSeconds: 'aws_sqs_approximate_age_of_oldest_message_maximum',
};

/** Messages of each queue. */
export const queued = (what: keyof typeof METRICS): Line => ({
  query: { kind: 'level', metric: METRICS[what], by: ['queue_name'], take: 'max' },
  legend: '{{queue_name}}',
});
