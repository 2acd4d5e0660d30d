/** Every detection about a subject, one line each. A test fails when a file of this folder is missing here, or has no cases beside it. */
import type { SubjectDefinition } from './subject.types.ts';
import { distributedLoginGuessing } from './distributed-login-guessing.subject.ts';
import { impossibleTravel } from './impossible-travel.subject.ts';

export const SUBJECTS: readonly SubjectDefinition[] = [distributedLoginGuessing, impossibleTravel];
