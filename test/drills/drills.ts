/** Every drill, in an order in which none brings about what a later one looks for. */
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
import { failedCalculation, lateRun, unreadQueue } from './drills/runs.ts';
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

export const DRILLS: readonly Drill[] = [
  serverOfAService,
  silentStore,
  lateRun,
  slowStore,
  bothServers,
  serverWithoutData,
  deadRedis,
  lostNode,
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
  endingKey,
  endingCertificate,
  limitedService,
  busyServer,
  serversThatDiffer,
  wrongAnswers,
  restartingServer,
];
