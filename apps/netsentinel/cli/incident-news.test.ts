import { describe, expect, it } from 'vitest';
import { incidentNews } from './incident-news.ts';

describe('what the terminal is told of incidents', () => {
  it('is each story once, and again when its title or severity changes', () => {
    const isNews = incidentNews();
    const probe = { id: 'a', title: 'SSH probe', severity: 'info' };
    expect(
      [probe, probe, { ...probe, id: 'b' }, { ...probe, severity: 'low' }, { ...probe, severity: 'low' }, probe].map(
        isNews,
      ),
    ).toEqual([true, false, true, true, false, true]);
  });
});
