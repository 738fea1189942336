import { onPath, tool } from './tool.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The path of a Chromium, installed first when there is none and we may. */
export async function chromium(): Promise<string> {
  const found = NAMES.map(onPath).find((path) => path !== undefined);
  return found ?? tool({ command: 'chromium', packages: ['chromium'] });
}
