/** A process for the tests to kill: holds a command that has a stubborn child of its own, says who they are, and waits. */
import { readFile } from 'node:fs/promises';
import { Leashed } from './leashed.ts';

const grandchild = 'process.on("SIGTERM", () => {}); console.log("deaf"); setInterval(() => {}, 1000)';
const child = `
  const { pid, stdout } = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}]);
  stdout.once('data', () => console.log(JSON.stringify({ grandchild: pid })));`;
const held = await Leashed.start('holder', async () => ({ command: process.execPath, args: ['-e', child] }));
let log = '';
while (!log.includes('\n')) log = await readFile(held.logFile, 'utf8');
const { pid, folder, logFile } = held;
process.stdout.write(`${JSON.stringify({ pid, folder, logFile, ...JSON.parse(log) })}\n`);
