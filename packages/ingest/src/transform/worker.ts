/** A thread that transforms, one task after the other. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { keepNothing, keepRaw } from '../lines/member-lines.ts';
import { importHook, type TransformHook, transformRows } from './hook.ts';
import { buffersOf, type Reply, type Task, type WorkerData } from './messages.ts';

if (parentPort !== null) void serve(parentPort, workerData);

async function serve(port: MessagePort, data: WorkerData): Promise<void> {
  const reply = (message: Reply, given: ArrayBuffer[] = []) => port.postMessage(message, given);
  try {
    const hook = await importHook(data.module);
    let last = Promise.resolve();
    port.on('message', (task: Task) => {
      last = last
        .then(() => work(hook, task, data))
        .then(
          (lines) => reply({ kind: 'lines', id: task.id, lines }, buffersOf(lines)),
          (error: unknown) => reply({ kind: 'failed', id: task.id, error }),
        );
    });
    reply({ kind: 'ready' });
  } catch (error) {
    reply({ kind: 'unusable', why: error instanceof Error ? error.message : String(error) });
  }
}

/** A Buffer arrives as the Uint8Array it is. */
function work(hook: TransformHook, { part, rows }: Task, { keepRaw: keeps }: WorkerData) {
  const { buffer, byteOffset, byteLength } = rows.bytes;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return transformRows(hook, { part, rows: { ...rows, bytes } }, keeps ? keepRaw : keepNothing);
}
