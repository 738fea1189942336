/** How a command ends that starts real servers, or cannot. */
import { usage } from '@segment-store/cli/exit-code';
import { stopAll } from '@segment-store/services/leashed';
import { MissingTool, stopTools } from '@segment-store/services/tool';

/** Whatever this process has started, also what is only being fetched. */
export async function stopStarted(): Promise<void> {
  stopTools();
  await stopAll();
}

/** What the machine lacks is for whoever called to install: exit 2. Anything else as it is. */
export const orMissing = (error: unknown): unknown =>
  error instanceof MissingTool ? usage(error.message, error) : error;
