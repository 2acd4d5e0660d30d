/** ATT&CK coverage of rules: which techniques their tags name, as a list and as a layer of MITRE's ATT&CK Navigator (layer format 4.5). */
import type { Correlation, Rule } from '@netsentinel/sigma/rule';

export interface Coverage {
  /** `T1059.004`. */
  readonly technique: string;
  readonly rules: number;
  readonly titles: readonly string[];
}

const tag = /^attack\.(t\d{4}(?:\.\d{3})?)$/i;
const maxTitles = 20;

/** By technique, in the order of their ids. */
export function coverageOf(rules: readonly (Rule | Correlation)[]): Coverage[] {
  const byTechnique = new Map<string, string[]>();
  for (const { tags, title } of rules) {
    for (const technique of new Set(tags.flatMap((text) => tag.exec(text)?.[1]?.toUpperCase() ?? []))) {
      const titles = byTechnique.get(technique);
      if (titles === undefined) byTechnique.set(technique, [title]);
      else titles.push(title);
    }
  }
  return [...byTechnique]
    .map(([technique, titles]) => ({ technique, rules: titles.length, titles: titles.slice(0, maxTitles) }))
    .toSorted((a, b) => a.technique.localeCompare(b.technique));
}

/** Open it in the Navigator: the darker a technique, the more rules. */
export function navigatorLayer(coverage: readonly Coverage[]): unknown {
  return {
    name: 'NetSentinel rules',
    description: 'How many Sigma rules are tagged with each technique',
    domain: 'enterprise-attack',
    versions: { attack: '18', navigator: '5.1.0', layer: '4.5' },
    sorting: 3,
    hideDisabled: false,
    gradient: {
      colors: ['#dbeafe', '#1d4ed8'],
      minValue: 0,
      maxValue: Math.max(1, ...coverage.map(({ rules }) => rules)),
    },
    techniques: coverage.map(({ technique, rules, titles }) => ({
      techniqueID: technique,
      score: rules,
      comment: titles.join('\n'),
      enabled: true,
      showSubtechniques: technique.includes('.'),
    })),
  };
}
