/** Every route of the API. */
import { accountRoutes } from './account.route.ts';
import { auditRoutes } from './audit.route.ts';
import { caseworkRoutes } from './casework.route.ts';
import { attackRoutes } from './attack/attack.route.ts';
import { attackerRoutes } from './attackers/attackers.route.ts';
import { configurationChangeRoutes } from './configuration/configuration-change.route.ts';
import { configurationRoutes } from './configuration/configuration.route.ts';
import { decoyRoutes } from './decoys/decoys.route.ts';
import { decoySwitchRoutes } from './decoys/decoy-switch.route.ts';
import { decoyTestRoutes } from './decoys/decoy-test.route.ts';
import { eventRoutes } from './events/events.route.ts';
import { aggregateRoutes } from './events/aggregate.route.ts';
import { exportRoutes } from './events/export.route.ts';
import { erasureRoutes } from './erasures.route.ts';
import { exceptionRoutes } from './exceptions.route.ts';
import { incidentRoutes } from './incidents.route.ts';
import { linkRoutes } from './links.route.ts';
import { measureRoutes } from './measures.route.ts';
import { openApiRoutes } from './openapi.route.ts';
import { openIdRoutes } from './openid.route.ts';
import { ownSessionRoutes } from './own-sessions.route.ts';
import { playbookRoutes } from './playbooks.route.ts';
import { programRoutes } from './programs/programs.route.ts';
import { programSignInRoutes } from './programs/program-sign-in.route.ts';
import { signingKeyRoutes } from './programs/signing-keys.route.ts';
import { recordingRoutes } from './recordings.route.ts';
import { responseRoutes } from './response.route.ts';
import type { Route } from './route.ts';
import { securityKeyRoutes } from './security-keys.route.ts';
import { sensorRoutes } from './sensors.route.ts';
import { ownRulesRoutes } from './rules/own-rules.route.ts';
import { ruleWordRoutes } from './rules/rule-words.route.ts';
import { ruleTrialRoutes } from './rules/rule-trial.route.ts';
import { ruleRoutes } from './rules/rules.route.ts';
import { sessionRoutes } from './session.route.ts';
import { systemRoutes } from './system.route.ts';
import { tourRoutes } from './tour.route.ts';
import { tokenRoutes } from './tokens.route.ts';
import { trendRoutes } from './trends/trends.route.ts';
import { userRoutes } from './users.route.ts';

export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...openIdRoutes,
  ...linkRoutes,
  ...accountRoutes,
  ...securityKeyRoutes,
  ...ownSessionRoutes,
  ...incidentRoutes,
  ...caseworkRoutes,
  ...attackRoutes,
  ...attackerRoutes,
  ...aggregateRoutes,
  ...exportRoutes,
  ...eventRoutes,
  ...trendRoutes,
  ...ruleRoutes,
  ...ruleWordRoutes,
  ...ruleTrialRoutes,
  ...ownRulesRoutes,
  ...exceptionRoutes,
  ...decoyRoutes,
  ...decoySwitchRoutes,
  ...decoyTestRoutes,
  ...recordingRoutes,
  ...sensorRoutes,
  ...responseRoutes,
  ...measureRoutes,
  ...playbookRoutes,
  ...systemRoutes,
  ...configurationRoutes,
  ...configurationChangeRoutes,
  ...userRoutes,
  ...tokenRoutes,
  ...programSignInRoutes,
  ...programRoutes,
  ...signingKeyRoutes,
  ...tourRoutes,
  ...auditRoutes,
  ...erasureRoutes,
  ...openApiRoutes,
];
