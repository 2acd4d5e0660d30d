/** Every command but `up`, in the order in which help shows them. */
import type { Command } from 'commander';
import { addAccount } from './account.command.ts';
import { addAnalyze } from './analyze.command.ts';
import { addAudit } from './audit.command.ts';
import { addBackup } from './backup.command.ts';
import { addBench } from './bench.command.ts';
import { addBouncer } from './bouncer.command.ts';
import { addDecoys } from './decoys.command.ts';
import { addDoctor } from './doctor.command.ts';
import { addEnforcer } from './enforcer.command.ts';
import { addFormats } from './formats.command.ts';
import { addHoneytokens } from './honeytokens.command.ts';
import { addHunt } from './hunt.command.ts';
import { addIncidents } from './incidents.command.ts';
import { addInit } from './init.command.ts';
import { addErase } from './erase.command.ts';
import { addKeys } from './keys.command.ts';
import { addLab } from './lab.command.ts';
import { addNormalize } from './normalize.command.ts';
import { addNotify } from './notify.command.ts';
import { addPersona } from './persona.command.ts';
import { addPlaybook } from './playbook.command.ts';
import { addReplay } from './replay.command.ts';
import { addResponse } from './response.command.ts';
import { addRules } from './rules.command.ts';
import { addSegments } from './segments.command.ts';
import { addStatus } from './status.command.ts';
import { addTopology } from './topology.command.ts';

export const commands: readonly ((program: Command) => void)[] = [
  addInit,
  addDoctor,
  addStatus,
  addDecoys,
  addPersona,
  addHoneytokens,
  addIncidents,
  addReplay,
  addAnalyze,
  addNormalize,
  addFormats,
  addHunt,
  addRules,
  addResponse,
  addEnforcer,
  addTopology,
  addSegments,
  addPlaybook,
  addBouncer,
  addNotify,
  addAccount,
  addAudit,
  addKeys,
  addErase,
  addBackup,
  addBench,
  addLab,
];
