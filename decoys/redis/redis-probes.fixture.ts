/** All probes, in the order of `redis-answers.json`. */
import { ADMINISTRATION_PROBES } from './probes/administration-probes.fixture.ts';
import { COLLECTION_PROBES, RARE_PROBES } from './probes/collection-probes.fixture.ts';
import { CONNECTION_PROBES, PROTOCOL_PROBES } from './probes/connection-probes.fixture.ts';
import { DATA_PROBES } from './probes/data-probes.fixture.ts';
import { FUNCTION_PROBES, PROGRAM_PROBES } from './probes/lua-probes.fixture.ts';
import { RARE_COMMAND_PROBES } from './probes/rare-command-probes.fixture.ts';
import type { RedisProbe } from './probes/redis-probe.fixture.ts';
import { PACKED_PROBES, SCRIPT_PROBES } from './probes/script-probes.fixture.ts';

export const PROBES: readonly RedisProbe[] = [
  ...PROTOCOL_PROBES,
  ...CONNECTION_PROBES,
  ...DATA_PROBES,
  ...COLLECTION_PROBES,
  ...SCRIPT_PROBES,
  ...PACKED_PROBES,
  ...RARE_PROBES,
  ...RARE_COMMAND_PROBES,
  ...PROGRAM_PROBES,
  ...FUNCTION_PROBES,
  ...ADMINISTRATION_PROBES,
];
