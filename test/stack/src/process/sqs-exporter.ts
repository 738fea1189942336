/**
 * Queues as Prometheus sees them at AWS: names and labels are those of cloudwatch_exporter for AWS/SQS. The server of the
 * stack tells no age; since a queue was last seen empty is an upper bound of it.
 */
import { createServer } from 'node:http';
import { settingsOf } from '../own-process.ts';
import { fillOf, type QueueFill } from '../queue.ts';

export interface SqsExporterSettings {
  readonly port: number;
  /** URLs by name. */
  readonly queues: Readonly<Record<string, string>>;
}

const LOOK_MS = 1_000;
const { port, queues } = settingsOf<SqsExporterSettings>();
const emptyAt = new Map(Object.keys(queues).map((name) => [name, Date.now()]));

async function look(name: string, url: string): Promise<QueueFill> {
  const fill = await fillOf(url);
  if (fill.visible + fill.hidden === 0) emptyAt.set(name, Date.now());
  return fill;
}

async function exposition(): Promise<string> {
  const fills = await Promise.all(
    Object.entries(queues).map(async ([name, url]) => ({ name, ...(await look(name, url)) })),
  );
  const metric = (name: string, help: string, value: (fill: QueueFill & { name: string }) => number) => [
    `# HELP aws_sqs_${name} ${help}`,
    `# TYPE aws_sqs_${name} gauge`,
    ...fills.map((fill) => `aws_sqs_${name}{queue_name="${fill.name}"} ${value(fill)}`),
  ];
  const lines = [
    ...metric('approximate_number_of_messages_visible_average', 'Waiting.', ({ visible }) => visible),
    ...metric('approximate_number_of_messages_not_visible_average', 'Taken, not removed yet.', ({ hidden }) => hidden),
    ...metric('approximate_age_of_oldest_message_maximum', 'In seconds; here: since it was empty.', ageOf),
  ];
  return `${lines.join('\n')}\n`;
}

const ageOf = ({ name, visible, hidden }: QueueFill & { readonly name: string }): number =>
  visible + hidden === 0 ? 0 : (Date.now() - (emptyAt.get(name) ?? 0)) / 1_000;

setInterval(() => {
  for (const [name, url] of Object.entries(queues)) look(name, url).catch(() => 'a scrape will tell');
}, LOOK_MS);

createServer(async (_, response) => {
  const text = await exposition().catch((error: Error) => {
    response.statusCode = 503;
    return `${error.message}\n`;
  });
  response.setHeader('content-type', 'text/plain; version=0.0.4').end(text);
}).listen(port, '127.0.0.1');
