/** Every application that the HTTP decoys can serve. */
import type { ApplicationDefinition } from './application.types.ts';
import { camera } from './camera/camera.application.ts';
import { citrix } from './citrix/citrix.application.ts';
import { cloudMetadata } from './cloud-metadata/cloud-metadata.application.ts';
import { docker } from './docker/docker.application.ts';
import { elasticsearch } from './elasticsearch/elasticsearch.application.ts';
import { fortigate } from './fortigate/fortigate.application.ts';
import { gitlab } from './gitlab/gitlab.application.ts';
import { jenkins } from './jenkins/jenkins.application.ts';
import { kubelet, kubernetes } from './kubernetes/kubernetes.application.ts';
import { leaks } from './leaks/leaks.application.ts';
import { nas } from './nas/nas.application.ts';
import { phpmyadmin } from './phpmyadmin/phpmyadmin.application.ts';
import { router } from './router/router.application.ts';
import { webShell } from './web-shell/web-shell.application.ts';
import { wordpress } from './wordpress/wordpress.application.ts';

const ALL = [
  wordpress,
  phpmyadmin,
  jenkins,
  gitlab,
  router,
  camera,
  nas,
  fortigate,
  citrix,
  docker,
  kubernetes,
  kubelet,
  elasticsearch,
  cloudMetadata,
  leaks,
  webShell,
];

export const applications: ReadonlyMap<string, ApplicationDefinition> = new Map(ALL.map((each) => [each.id, each]));

/** What can be configured by name; leaks and web shells have switches of their own. */
export const applicationNames = ALL.map(({ id }) => id).filter((id) => id !== 'leaks' && id !== 'web-shell');
