import { clientSuite } from './client.suite.ts';
import { createClient } from './client.ts';
import { drivenBench } from './driven-bench.ts';

clientSuite(drivenBench((options, time) => createClient(options, time)));
