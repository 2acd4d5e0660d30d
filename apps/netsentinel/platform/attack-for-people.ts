/** ATT&CK as the API answers it. */
import type { ApiOptions } from '@netsentinel/api/api.types';
import { BEHAVIOUR_IDS } from '@netsentinel/detect/behaviour/index';
import { attackNames, technique } from '@netsentinel/detect/attack';
import { builtInDetections } from '@netsentinel/detect/built-in';

export function attackForPeople(): Pick<ApiOptions, 'attack' | 'attackBook'> {
  return {
    attack: attackNames(),
    attackBook: {
      technique: (id) => {
        const found = technique(id);
        return found && { name: found.name, description: found.short, tactics: found.tactics.map((one) => one.id) };
      },
      behaviours: BEHAVIOUR_IDS,
      detections: builtInDetections(),
    },
  };
}
