/** Every drill; none brings about what one beside it or after it looks for. */
import type { Drill } from './drill.ts';
import {
  deadLetters,
  failedLoad,
  heldRun,
  refusedRun,
  rolledBack,
  silentLoad,
  spentBudget,
} from './drills/ingestion.ts';
import { failedCalculation, lateRun, undatedRun, unreadQueue } from './drills/runs.ts';
import {
  bothServers,
  busyServer,
  restartingServer,
  serversThatDiffer,
  serverWithoutData,
  wrongAnswers,
} from './drills/servers.ts';
import { endingCertificate, endingKey, limitedService, serverOfAService } from './drills/services.ts';
import { deadRedis, fullDisk, lostNode, readOnlyIndex, redCluster, silentStore, slowStore } from './drills/stores.ts';
import type { Round } from './lanes.ts';

/** Each by itself: the servers and whoever asks them suffer. */
const SERVING = [serverOfAService, silentStore, slowStore, bothServers, serverWithoutData];

/** Each publishes, or wants that nobody else does. */
const PUBLISHING = [
  undatedRun,
  lateRun,
  redCluster,
  readOnlyIndex,
  fullDisk,
  refusedRun,
  spentBudget,
  deadLetters,
  failedLoad,
  rolledBack,
  heldRun,
  silentLoad,
  unreadQueue,
  failedCalculation,
  serversThatDiffer,
  wrongAnswers,
];

/** Of figures that Prometheus is told, and of keys. */
const TOLD = [endingKey, endingCertificate, limitedService, busyServer];

export const ROUNDS: readonly Round[] = [[SERVING], [[deadRedis], [lostNode], TOLD], [PUBLISHING, [restartingServer]]];

export const DRILLS: readonly Drill[] = ROUNDS.flat(2);
