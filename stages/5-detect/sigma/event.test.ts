import { describe, expect, test } from 'vitest';
import { fieldOf, nativeEvent } from './event.ts';

describe('nativeEvent', () => {
  test('flattens what converters of Windows event logs nest', () => {
    const event = nativeEvent({
      Event: {
        '#attributes': { xmlns: 'x' },
        System: {
          Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon', Guid: 'g' } },
          EventID: { '#attributes': { Qualifiers: 0 }, '#text': 1 },
          Channel: 'C',
          Execution: { ProcessID: 4 },
          Computer: 'host',
        },
        EventData: {
          '#attributes': { Name: 'x' },
          CommandLine: 'cmd',
          'Threat Name': 'T',
          // What an event says of itself does not change where it came from.
          EventID: 4688,
          Computer: 'other',
          Data: [{ '#attributes': { Name: 'User' }, '#text': 'bo' }, 'loose', { '#text': 'end' }],
        },
        UserData: { Wrapper: { Param: { '#text': 'p' } } },
      },
    });
    expect(event).toMatchObject({
      EventID: 1,
      EventID_Qualifiers: 0,
      Provider_Name: 'Microsoft-Windows-Sysmon',
      Execution_ProcessID: 4,
      Channel: 'C',
      Computer: 'host',
      CommandLine: 'cmd',
      ThreatName: 'T',
      User: 'bo',
      Data: ['loose', 'end'],
      Param: 'p',
    });
  });

  test('finds native names in events of Winlogbeat, beside their own', () => {
    const event = nativeEvent({
      process: { executable: 'a' },
      winlog: {
        channel: 'Security',
        event_id: '4625',
        provider_name: 'P',
        computer_name: 'h',
        event_data: { TargetUserName: 'bo' },
        user_data: { X: 1 },
      },
    });
    expect(event).toMatchObject({
      Channel: 'Security',
      EventID: '4625',
      Provider_Name: 'P',
      TargetUserName: 'bo',
      X: 1,
    });
    expect(fieldOf(event, 'process.executable')).toBe('a');
  });

  test.each([null, 'text', 5, [1], undefined])('%j has no fields', (json) => {
    expect(nativeEvent(json)).toEqual({});
  });

  test('other objects are as they were', () => {
    const json = { Event: 'no record', a: 1 };
    expect(nativeEvent(json)).toBe(json);
  });

  test('a name that would change what objects are is only left out', () => {
    const event = nativeEvent(
      JSON.parse('{"Event":{"System":{"__proto__":{"a":1}},"EventData":{"__proto__":{"b":1}}}}'),
    );
    expect(fieldOf(event, 'a')).toBeUndefined();
    expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
  });
});

describe('fieldOf', () => {
  const event = { 'a.b': 1, a: { b: 2, c: [{ d: 3 }, { d: 4 }, { e: 5 }, 6], n: null }, s: 'x' };
  test.each<[string, unknown]>([
    ['a.b', 1],
    ['a.n', null],
    ['a.c.d', [3, 4]],
    ['a.c.x', undefined],
    ['s.length', undefined],
    ['a.x.y', undefined],
    ['toString', undefined],
    ['a.constructor', undefined],
    ['', undefined],
  ])('%s', (field, wanted) => {
    expect(fieldOf(event, field)).toEqual(wanted);
  });
});
